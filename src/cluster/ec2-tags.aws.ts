import { Tag } from '@aws-sdk/client-ec2';

/** EC2's list of tags by key. */
export function tagsOf(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(tag => [tag.Key!, tag.Value ?? '']));
}
