import { exitCodes } from './cli-context.ts';
import type { Command } from './command.ts';

/**
 * Each asks the binary itself what may come next, so that a script never grows old. bash takes colons and equals
 * signs for ends of words: what it has taken apart is put together before, and left out of the answers after.
 */
const scripts: Readonly<Record<string, string>> = {
  bash: `_odradek() {
  local IFS=$'\\n' line="\${COMP_LINE:0:COMP_POINT}" word current answers
  local -a words=()
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ \${#words[@]} -eq 0 || "$line" == [[:space:]]* ]]; then
      line="\${line#"\${line%%[![:space:]]*}"}"
      words+=("\${word:0:\${#line}}")
    else
      words[\${#words[@]}-1]+="\${word:0:\${#line}}"
    fi
    line="\${line:\${#word}}"
  done
  current="\${words[\${#words[@]}-1]}"
  answers="$(odradek __complete -- "\${words[@]:1}" 2>/dev/null)"
  COMPREPLY=()
  case "$answers" in
    :files) compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$current")) ;;
    :directories) compopt -o dirnames 2>/dev/null || COMPREPLY=($(compgen -d -- "$current")) ;;
    *) for word in $answers; do COMPREPLY+=("\${word#"\${current%"\${current##*[:=]}"}"}"); done ;;
  esac
}
complete -F _odradek odradek
`,
  zsh: `#compdef odradek
_odradek() {
  local -a answers
  answers=("\${(@f)$(odradek __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case "\${answers[1]}" in
    :files) _files ;;
    :directories) _files -/ ;;
    ?*) compadd -a answers ;;
  esac
}
if [ "\${funcstack[1]}" = "_odradek" ]; then _odradek "$@"; else compdef _odradek odradek; fi
`,
  fish: `function __odradek_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l answers (odradek __complete -- $words[2..-1] "$current" 2>/dev/null)
  switch "$answers[1]"
    case :files
      __fish_complete_path "$current"
    case :directories
      __fish_complete_directories "$current"
    case '*'
      printf '%s\\n' $answers
  end
end
complete -c odradek -f -a '(__odradek_complete)'
`,
};

/** `odradek completion`: the script with which a shell asks for completions. */
export const completionCommand: Command = {
  name: 'completion',
  summary: 'Print the completion script of a shell',
  description: [
    'Commands, options and values are completed, and topics and groups, for which the broker is asked: the one of ' +
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
