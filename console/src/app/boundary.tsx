import { Component, type ComponentChildren } from 'preact';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';

interface State {
  readonly failure: string | null;
}

/** Keeps a fault in one view from taking the page with it. */
export class Boundary extends Component<{ readonly children: ComponentChildren }, State> {
  override state: State = { failure: null };

  static override getDerivedStateFromError(error: unknown): State {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render(): ComponentChildren {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    return (
      <Empty title="This view failed">
        <p>That is a fault of the console, not of your data. It says: {failure}</p>
        <Button onClick={() => this.setState({ failure: null })}>Draw it again</Button>
      </Empty>
    );
  }
}
