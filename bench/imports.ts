import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { interleaved, median } from './process';

export interface Import { readonly name: string; readonly milliseconds: number }

const LIBRARIES = ['cdk-karpenter-migration', 'cdk-eks-karpenter'];

/** What `require` of each library takes, above what it loads of the CDK, which every app has loaded anyway. */
export function measureImports(folder: string, rounds: number): Import[] {
  const scripts = new Map(LIBRARIES.map(name => [name, scriptOf(folder, name)]));
  const found = interleaved(LIBRARIES, rounds, name => Number(execFileSync(process.execPath, [scripts.get(name)!], { cwd: folder, encoding: 'utf8' })));
  return LIBRARIES.map(name => ({ name, milliseconds: median(found.get(name)!) }));
}

/** Loads the CDK's modules first, then looks at the clock. */
function scriptOf(folder: string, name: string): string {
  const list = `require(${JSON.stringify(name)}); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const loaded = JSON.parse(execFileSync(process.execPath, ['--eval', list], { cwd: folder, encoding: 'utf8' })) as string[];
  const cdk = loaded.filter(file => /node_modules\/(aws-cdk-lib|constructs|@aws-cdk)\//.test(file));
  const file = path.join(folder, `import-${name}.js`);
  fs.writeFileSync(file, `${JSON.stringify(cdk)}.forEach(file => require(file));
const started = process.hrtime.bigint();
require(${JSON.stringify(name)});
console.log(Number(process.hrtime.bigint() - started) / 1e6);
`);
  return file;
}
