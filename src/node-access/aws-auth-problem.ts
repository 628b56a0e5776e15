import { LISTS, ListName, readList } from './authenticator';
import { AwsAuthUnreadable } from './go-yaml-scalars';

/** What the authenticator makes of a ConfigMap aws-auth that is not as its author meant it. */
export interface AwsAuthProblems {
  /** Why no role is mapped at all; undefined where those that are good are. */
  readonly unreadable?: string;
  /** What is left out of the rest. */
  readonly damage: readonly string[];
}

/** What is wrong with the data of an aws-auth ConfigMap, as the authenticator reads it. */
export function awsAuthProblems(data: Readonly<Record<string, string>>): AwsAuthProblems {
  const roles = problemsOf('mapRoles', data);
  const users = problemsOf('mapUsers', data);
  // One list does not keep the other from being read.
  const noUser = users.unreadable === undefined ? [] : [`${users.unreadable}, so that no user is mapped`];
  return { ...roles, damage: [...roles.damage, ...noUser, ...users.damage] };
}

function problemsOf(list: ListName, data: Readonly<Record<string, string>>): AwsAuthProblems {
  try {
    const { mappings, damage } = readList(list, data[list] ?? '');
    const nobody = mappings.flatMap(({ arn }, index) => arn === '' ? [`entry ${index + 1} has no ${LISTS[list]}`] : []);
    return { damage: [...damage.map(({ says }) => says), ...nobody].map(says => `${list}: ${says}`) };
  } catch (error) {
    if (error instanceof AwsAuthUnreadable) {
      return { unreadable: `${list}: ${error.message}`, damage: [] };
    }
    throw error;
  }
}
