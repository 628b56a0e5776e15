import { Alias, Document, isAlias, isMap, isScalar, isSeq, parseAllDocuments, ParsedNode, Scalar, visit, YAMLMap } from 'yaml';
import { AwsAuthUnreadable, isMergeKey, Json, scalarValue } from './go-yaml-scalars';
import { checkSyntax, checkText } from './go-yaml-syntax';

/**
 * YAML as the aws-iam-authenticator has it: Go's yaml.v2, whose values then become JSON.
 *
 * The syntax is read by another parser, which takes a little more; what it takes and yaml.v2 does not is refused.
 */

/** What a document is made of, with the place of everything, and its value as JSON. */
export interface YamlReading {
  /** Null where there is nothing but comments. */
  readonly contents: ParsedNode | null;
  readonly value: Json;
}

/** At the beginning it is not a part of the text; places in what is read are counted without it. */
export const BYTE_ORDER_MARK = /^\ufeff/;

/** Line breaks of YAML 1.1 that our parser does not know; each is one character. */
const BREAKS = /\r(?!\n)|[\x85\u2028\u2029]/g;

/** From so many values on, of which so many come from aliases, aliases may make so much of all. */
const ALIASING = { values: 1000, aliased: 100, share: 0.99 };

/**
 * The first document of a text; there may be others, which yaml.v2 does not look at.
 *
 * @throws AwsAuthUnreadable where yaml.v2 refuses it
 */
export function readYaml(source: string): YamlReading {
  const text = source.replace(BYTE_ORDER_MARK, '').replace(BREAKS, '\n');
  checkText(text);
  // yaml.v2 takes repeated keys, and knows more words than a schema has: values are made of the texts.
  const documents = parseAllDocuments(text, { version: '1.1', schema: 'failsafe', merge: false, uniqueKeys: false, keepSourceTokens: true, logLevel: 'error' });
  const document = documents[0] as Document.Parsed | undefined;
  const error = 'empty' in documents ? documents.errors[0] : document!.errors[0];
  if (error) {
    const place = error.linePos ? ` at line ${error.linePos[0].line}, column ${error.linePos[0].col}` : '';
    throw new AwsAuthUnreadable(`not valid YAML${place}: ${error.message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, '')}`);
  }
  if (!document) {
    return { contents: null, value: null };
  }
  checkSyntax(text, document);
  return { contents: document.contents, value: new Decoder(document).decode() };
}

/** Makes JSON of nodes, with what yaml.v2 counts while it does. */
class Decoder {
  private readonly anchored: ReadonlyMap<Alias, ParsedNode>;
  private readonly open = new Set<Alias>();
  private values = 0;
  private aliased = 0;
  private unsupported?: string;

  public constructor(private readonly document: Document.Parsed) {
    this.anchored = anchoredNodes(document);
  }

  public decode(): Json {
    const value = this.json(this.document.contents);
    // What JSON cannot say may have been set again by a later key.
    if (this.unsupported !== undefined && holdsNoNumber(value)) {
      throw new AwsAuthUnreadable(`unsupported value: ${this.unsupported}`);
    }
    return value;
  }

  private json(node: ParsedNode | null): Json {
    this.count();
    if (isAlias(node)) {
      return this.within(node, () => this.json(this.anchored.get(node)!));
    }
    if (isMap(node)) {
      return this.ofMap(node, {});
    }
    return isSeq(node) ? (node.items as ParsedNode[]).map(item => this.json(item)) : this.ofScalar(node as Scalar | null);
  }

  private ofScalar(node: Scalar | null): Json {
    const value = scalarValue(node);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.unsupported = node!.source;
    }
    return value;
  }

  /** In the order of the text: a merge sets keys again that came before it. */
  private ofMap(map: YAMLMap, into: Record<string, Json>): Record<string, Json> {
    for (const { key, value } of map.items as Array<{ key: ParsedNode; value: ParsedNode | null }>) {
      if (isScalar(key) && isMergeKey(key)) {
        this.merge(value, into);
      } else {
        const name = keyOf(this.json(key));
        // A key may be called as something that every object has.
        Object.defineProperty(into, name, { value: this.json(value), enumerable: true, configurable: true, writable: true });
      }
    }
    return into;
  }

  /** Of several maps the first one counts. */
  private merge(source: ParsedNode | null, into: Record<string, Json>): void {
    for (const one of isSeq(source) ? [...source.items as ParsedNode[]].reverse() : [source]) {
      const map = isAlias(one) ? this.anchored.get(one)! : one;
      if (!isMap(map)) {
        throw new AwsAuthUnreadable('map merge requires map or sequence of maps as the value');
      }
      this.count();
      if (isAlias(one)) {
        this.within(one, () => {
          this.count();
          this.ofMap(map, into);
        });
      } else {
        this.ofMap(map, into);
      }
    }
  }

  private within<T>(alias: Alias, act: () => T): T {
    if (this.open.has(alias)) {
      throw new AwsAuthUnreadable(`anchor '${alias.source}' value contains itself`);
    }
    this.open.add(alias);
    const result = act();
    this.open.delete(alias);
    return result;
  }

  private count(): void {
    this.values++;
    this.aliased += this.open.size > 0 ? 1 : 0;
    if (this.aliased > ALIASING.aliased && this.values > ALIASING.values && this.aliased / this.values > ALIASING.share) {
      throw new AwsAuthUnreadable('document contains excessive aliasing');
    }
  }
}

/** What each alias stands for: the last thing before it that has its name. */
function anchoredNodes(document: Document.Parsed): Map<Alias, ParsedNode> {
  const anchors = new Map<string, ParsedNode>();
  const found = new Map<Alias, ParsedNode>();
  visit(document, {
    Alias: (_, alias) => {
      const node = anchors.get(alias.source);
      if (!node) {
        throw new AwsAuthUnreadable(`unknown anchor '${alias.source}' referenced`);
      }
      found.set(alias, node);
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) {
        anchors.set(node.anchor, node as ParsedNode);
      }
    },
  });
  return found;
}

/** Keys of JSON are texts; yaml.v2 makes them of what is none, but not of everything. */
function keyOf(key: Json): string {
  if (key === null || typeof key === 'object') {
    throw new AwsAuthUnreadable(`invalid map key: ${JSON.stringify(key)}; what begins with a brace or a bracket needs quotes to be a text`);
  }
  return String(key);
}

/** JSON has no word for what is no number or has no end. */
function holdsNoNumber(value: Json): boolean {
  return typeof value === 'number' ? !Number.isFinite(value) : value !== null && typeof value === 'object' && Object.values(value).some(holdsNoNumber);
}
