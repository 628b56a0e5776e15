import { textOf } from './kinds';

/**
 * How images are named.
 *
 * @see https://github.com/distribution/reference/blob/main/reference.go
 */
const HOST = '[A-Za-z0-9.-]+(?::[0-9]+)?';
const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const NAME = `(?:${HOST}/)?${PART}(?:/${PART})*`;
const TAG_PATTERN = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST_PATTERN = 'sha256:[0-9a-f]{64}';

const EXAMPLE = 'registry.example.com/karpenter/controller';

export const REPOSITORY = textOf(new RegExp(`^${NAME}$`), `a repository without tag and digest, such as "${EXAMPLE}"`);

export const TAG = textOf(new RegExp(`^${TAG_PATTERN}$`), 'a tag of at most 128 letters, digits and characters of "_.-", such as "v1.0.0"');

export const DIGEST = textOf(new RegExp(`^${DIGEST_PATTERN}$`), 'a digest, "sha256:" and 64 digits or letters from a to f');

export const IMAGE = textOf(new RegExp(`^${NAME}(?::${TAG_PATTERN})?(?:@${DIGEST_PATTERN})?$`), 'an image, such as "registry.example.com/pause:3.7"');
