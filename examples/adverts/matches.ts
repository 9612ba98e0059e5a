/** One ball of a match. */
export interface Ball {
  readonly match: string;
  readonly player: string;
  readonly runs: number;
}

/** Who bats in which match: each match is a topic. */
const batters: Readonly<Record<string, readonly [string, string]>> = {
  'ipl-bengaluru-mumbai': ['ViratKohli', 'RohitSharma'],
  'ipl-chennai-delhi': ['MSDhoni', 'RishabhPant'],
  'ipl-final': ['ViratKohli', 'MSDhoni'],
  'tennis-final': ['Anna', 'Berta'],
};

/** Those that are on when the program starts. */
export const matchesOfToday = ['ipl-bengaluru-mumbai', 'ipl-chennai-delhi', 'tennis-final'];

/** One that begins later. */
export const matchOfTomorrow = 'ipl-final';

const runsOfBalls = [0, 1, 4, 0, 2, 1, 6];

/** The balls of a match, the same at each run. */
export function ballsOf(match: string): Ball[] {
  const players = batters[match] ?? [];
  return Array.from({ length: 42 }, (_, at) => ({
    match,
    player: players[at % players.length] ?? '',
    runs: runsOfBalls[(at * 3 + match.length) % runsOfBalls.length] ?? 0,
  }));
}
