import type { NewTopicBody } from '../../../src/admin/contract/topics.ts';
import { filteredTopicKeys } from './topic-commands.ts';

/** What was put into the form that makes a topic. */
export interface NewTopicForm {
  readonly kind: 'topic' | 'filtered';
  readonly name: string;
  /** Empty: the broker's default. */
  readonly partitions: string;
  readonly replicationFactor: string;
  readonly source: string;
  readonly filter: string;
  readonly configs: readonly { readonly key: string; readonly value: string }[];
}

/** A form in which nothing was written. */
export const emptyTopicForm: NewTopicForm = {
  kind: 'topic',
  name: '',
  partitions: '',
  replicationFactor: '',
  source: '',
  filter: '',
  configs: [],
};

/** What is wrong in a field, by its name in the contract; the broker says the rest. */
export function topicFormProblems(form: NewTopicForm): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  if (!/^[\w.-]{0,249}$/.test(form.name)) {
    problems['name'] = 'Letters, digits, dots, underscores and dashes, 249 of them at most.';
  } else if (form.name === '.' || form.name === '..') problems['name'] = 'Not as a name alone.';
  if (form.kind === 'topic') {
    for (const field of ['partitions', 'replicationFactor'] as const) {
      if (!/^(?:[1-9]\d{0,5})?$/.test(form[field])) problems[field] = 'A whole number from 1 up.';
    }
  }
  return problems;
}

/** Whether everything that must be there is there. */
export function isTopicFormWhole(form: NewTopicForm): boolean {
  if (form.name === '' || Object.keys(topicFormProblems(form)).length > 0) return false;
  return form.kind === 'topic' || (form.source !== '' && form.filter.trim() !== '');
}

/** What the broker is asked to make. */
export function newTopicBody(form: NewTopicForm): NewTopicBody {
  const configs: Record<string, string> = {};
  for (const { key, value } of form.configs) if (key.trim() !== '') configs[key.trim()] = value;
  if (form.kind === 'filtered') {
    return {
      name: form.name,
      configs: {
        [filteredTopicKeys.source]: form.source,
        [filteredTopicKeys.filter]: form.filter,
      },
    };
  }
  return {
    name: form.name,
    ...(form.partitions === '' ? {} : { partitions: Number(form.partitions) }),
    ...(form.replicationFactor === '' ? {} : { replicationFactor: Number(form.replicationFactor) }),
    ...(Object.keys(configs).length === 0 ? {} : { configs }),
  };
}
