import { Token } from 'aws-cdk-lib';
import { EC2 } from './ec2-rules';
import { TagRules } from './karpenter-rules';

/** Refuses tags that EC2 refuses, and those by which Karpenter and AWS know what is theirs. */
export function checkTags(tags: { readonly [key: string]: string }, karpenter: TagRules): void {
  const entries = Object.entries(tags);
  entries.forEach(([key, value]) => checkTag(key, value, karpenter.restricted));
  const maximum = EC2.tags.count - karpenter.needed;
  const counted = entries.filter(([key]) => key !== karpenter.overridden).length;
  if (counted > maximum) {
    throw new Error(`\`tags\` has ${counted} entries: give at most ${maximum}, as EC2 takes ${EC2.tags.count} and Karpenter needs the others`);
  }
}

function checkTag(key: string, value: string, restricted: RegExp): void {
  if (key === '') {
    throw new Error('a key in `tags` is empty: give it a name');
  }
  if (Token.isUnresolved(key)) {
    return;
  }
  if (restricted.test(key) || EC2.tags.reserved.test(key)) {
    throw new Error(`tag "${key}" is restricted, as Karpenter or AWS sets it itself to know what is its own: remove it from \`tags\``);
  }
  if (key.length > EC2.tags.key) {
    throw new Error(`the key "${key}" in \`tags\` has ${key.length} characters: write at most ${EC2.tags.key}, which is all that EC2 takes`);
  }
  if (!Token.isUnresolved(value) && value.length > EC2.tags.value) {
    throw new Error(`the value of "${key}" in \`tags\` has ${value.length} characters: write at most ${EC2.tags.value}, which is all that EC2 takes`);
  }
}

/** Refuses user data that EC2 refuses, before Karpenter has added to it. */
export function checkUserData(userData: string | undefined): void {
  const bytes = userData === undefined || Token.isUnresolved(userData) ? 0 : Buffer.byteLength(userData);
  if (bytes > EC2.userDataBytes) {
    throw new Error(`\`userData\` has ${bytes} bytes: write at most ${EC2.userDataBytes}, which is all that EC2 takes, Karpenter's own part counted`);
  }
}
