import { list, required, text, textOf } from '../input/kinds';

/** Kinds of what several chapters are given. */

/** EKS: a letter or digit, then letters, digits, hyphens and underscores, 63 characters. */
export const NODEGROUP_NAME = required(textOf(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/,
  'the name of a node group: 1 to 63 letters, digits, - and _, the first a letter or digit'));

/** To leave it out is the library's way to say "all". */
export const NODEGROUPS = list(NODEGROUP_NAME, { empty: 'name at least one node group, or leave it out', identity: name => name });

/** CloudFormation carries texts only, and takes an empty one for none. */
export const REVISION = text('a text that is not empty, such as "2"');
