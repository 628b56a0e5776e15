import { readFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..', '..');
const DOCUMENTS = readFileSync(join(ROOT, 'docs', 'command-line.md'), 'utf8');

/** The fields of a document's interfaces, in their order. */
function fieldsOf(file: string): Map<string, string[]> {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, 'src', 'cli', file), 'utf8'), ts.ScriptTarget.ES2022);
  const fields = new Map<string, string[]>();
  const namesIn = (members: ts.NodeArray<ts.TypeElement>): string[] => members.flatMap(member => {
    const nested: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isTypeLiteralNode(node)) {
        nested.push(...namesIn(node.members));
      } else {
        ts.forEachChild(node, visit);
      }
    };
    ts.forEachChild(member, visit);
    return [(member.name as ts.Identifier).text, ...nested];
  });
  source.forEachChild(node => {
    if (ts.isInterfaceDeclaration(node)) {
      fields.set(node.name.text, namesIn(node.members));
    }
  });
  return fields;
}

test.each([['plan/contract.ts', 'cdk-karpenter-migration/plan/v1'], ['status/contract.ts', 'cdk-karpenter-migration/status/v1']])('the fields of %s are documented', (file, schema) => {
  const section = DOCUMENTS.split(/^### /m).find(text => text.startsWith(`${schema}\n`))!;
  const documented = new Set([...section.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  const missing = [...fieldsOf(file)].flatMap(([name, fields]) => fields.filter(field => !documented.has(field)).map(field => `${name}.${field}`));
  expect(missing).toEqual([]);
});

test('the fields that other files declare are documented, too', () => {
  const documented = new Set([...DOCUMENTS.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  const others = [
    ...fieldsOf('plan/release.ts').get('ChosenRelease')!, ...fieldsOf('plan/time.ts').get('TimeEstimate')!, ...fieldsOf('plan/drain.ts').get('GoingNode')!,
    ...fieldsOf('plan/drain.ts').get('StayingNode')!, ...fieldsOf('access/readings.ts').get('Unread')!,
  ];
  expect(others.length).toBeGreaterThan(12);
  expect(others.filter(field => !documented.has(field))).toEqual([]);
});
