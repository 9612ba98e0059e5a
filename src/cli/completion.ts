import { exitCodes } from './cli-context.ts';
import type { Command } from './command.ts';

/** Each asks the binary itself what may come next, so that a script never grows old. */
const scripts: Readonly<Record<string, string>> = {
  bash: `_odradek() {
  local IFS=$'\\n'
  local current="\${COMP_WORDS[COMP_CWORD]}"
  local -a words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=($(compgen -W "$(odradek __complete -- "\${words[@]}" 2>/dev/null)" -- "$current"))
}
complete -o default -F _odradek odradek
`,
  zsh: `#compdef odradek
_odradek() {
  local -a answers
  answers=("\${(@f)$(odradek __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${answers[1]}" ]]; then compadd -a answers; else _files; fi
}
if [ "\${funcstack[1]}" = "_odradek" ]; then _odradek "$@"; else compdef _odradek odradek; fi
`,
  fish: `function __odradek_complete
  set -l words (commandline -opc) (commandline -ct)
  odradek __complete -- $words[2..-1] 2>/dev/null
end
complete -c odradek -f -a '(__odradek_complete)'
complete -c odradek -n '__fish_seen_argument -s f -l file -l config -l data-dir' -F
`,
};

/** `odradek completion`: the script with which a shell asks for completions. */
export const completionCommand: Command = {
  name: 'completion',
  summary: 'Print the completion script of a shell',
  description: [
    'Commands, options and values are completed, and topics, for which the broker is asked: the one of ' +
      '--bootstrap-server where it stands on the line already, else of ODRADEK_BOOTSTRAP.',
  ],
  positionals: [{ name: 'shell', required: true, choices: ['bash', 'zsh', 'fish'] }],
  options: {},
  examples: [
    { text: 'bash, in ~/.bashrc', command: 'source <(odradek completion bash)' },
    { text: 'zsh, in ~/.zshrc', command: 'source <(odradek completion zsh)' },
    { text: 'fish', command: 'odradek completion fish > ~/.config/fish/completions/odradek.fish' },
  ],
  run: async (args, context) => {
    context.out.write(scripts[args.positionals[0] ?? ''] ?? '');
    return exitCodes.ok;
  },
};
