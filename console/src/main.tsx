import { render } from 'preact';
import { App } from './app/app.tsx';
import './app/styles/tokens.css';
import './app/styles/base.css';
import './app/styles/shell.css';
import './app/styles/ui.css';

const root = document.getElementById('console');
if (root !== null) render(<App />, root);
