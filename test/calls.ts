import { existsSync, readdirSync, readFileSync } from 'fs';
import { dirname, join, relative } from 'path';

const SOURCES = join(__dirname, '..', 'src');
/** How IAM calls what a client of the SDK is of. */
const PREFIXES: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling', 'sfn': 'states', 'service-quotas': 'servicequotas', 'eventbridge': 'events',
};
/** Where IAM has another name for a right than the SDK for its call. */
const NAMES: Readonly<Record<string, string>> = { 'lambda:Invoke': 'lambda:InvokeFunction' };
/** Nobody needs a right for it. */
const FREE = ['sts:GetCallerIdentity'];

/** The paths of all sources, from `src` on. */
export function sources(): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
}

/** The sources that one of them reaches by its imports. */
export function reachedFrom(entry: string): string[] {
  const found = new Set<string>();
  const follow = (file: string) => {
    if (found.has(file) || !existsSync(join(SOURCES, file))) {
      return;
    }
    found.add(file);
    const text = readFileSync(join(SOURCES, file), 'utf8');
    for (const [, path] of text.matchAll(/^(?:import|export) .*?from '(\.{1,2}\/[^']+)';$|^\} from '(\.{1,2}\/[^']+)';$/gm)) {
      if (path) {
        follow(`${relative(SOURCES, join(SOURCES, dirname(file), path))}.ts`);
      }
    }
  };
  follow(entry);
  return [...found];
}

/** What the adapters among some sources ask AWS for, as rights. */
export function callsIn(files: readonly string[]): string[] {
  const found = new Set<string>();
  for (const file of files.filter(name => /\.(aws|kubernetes)\.ts$/.test(name))) {
    const text = readFileSync(join(SOURCES, file), 'utf8');
    for (const [, names, client] of text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g)) {
      for (const name of names.split(',').map(one => one.trim())) {
        const call = /^(.+)Command$/.exec(name)?.[1] ?? /^paginate(.+)$/.exec(name)?.[1];
        const action = call && `${PREFIXES[client] ?? client}:${call}`;
        if (action && !FREE.includes(action)) {
          found.add(NAMES[action] ?? action);
        }
      }
    }
  }
  return [...found].sort();
}
