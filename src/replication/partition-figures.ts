import { ReaderNotes } from './reader-notes.ts';
import { Traffic } from './traffic.ts';

/** What is counted of a partition on this broker, for whoever looks. */
export class PartitionFigures {
  /** Of clients: what followers fetch is not in it. */
  readonly traffic: Traffic = new Traffic();
  readonly readers: ReaderNotes = new ReaderNotes();
}
