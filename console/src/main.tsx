import { render } from 'preact';

const root = document.getElementById('console');
if (root !== null) render(<h1>Odradek</h1>, root);
