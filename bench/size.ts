import * as fs from 'fs';
import * as path from 'path';
import { deflateRawSync } from 'zlib';

/** How big what an app synthesizes is. */
export interface Size {
  /** Of all templates, with those of nested stacks. */
  readonly resources: number;
  readonly templateBytes: number;
  /** Zipped, each one once. */
  readonly assetBytes: number;
}

/** CloudFormation counts it, and nobody made it. */
const METADATA = 'AWS::CDK::Metadata';

export function sizeOf(cdkOut: string): Size {
  const templates = fs.readdirSync(cdkOut).filter(file => /\.template\.json$/.test(file)).map(file => path.join(cdkOut, file));
  const resources = templates.flatMap(file => Object.values(JSON.parse(fs.readFileSync(file, 'utf8')).Resources as Record<string, { Type: string }>));
  return {
    resources: resources.filter(({ Type }) => Type !== METADATA).length,
    templateBytes: templates.reduce((sum, file) => sum + fs.statSync(file).size, 0),
    assetBytes: assetsOf(cdkOut).reduce((sum, asset) => sum + zippedBytes(asset), 0),
  };
}

/** Files and folders that a deployment would upload, but for templates. */
function assetsOf(cdkOut: string): string[] {
  const manifests = fs.readdirSync(cdkOut).filter(file => /\.assets\.json$/.test(file)).map(file => JSON.parse(fs.readFileSync(path.join(cdkOut, file), 'utf8')));
  const sources = manifests.flatMap(({ files }) => Object.values(files as Record<string, { readonly source: { readonly path?: string } }>));
  const paths = sources.flatMap(({ source }) => source.path === undefined || /\.template\.json$/.test(source.path) ? [] : [source.path]);
  return [...new Set(paths)].map(file => path.join(cdkOut, file));
}

function zippedBytes(asset: string): number {
  if (fs.statSync(asset).isFile()) {
    return asset.endsWith('.zip') ? fs.statSync(asset).size : deflateRawSync(fs.readFileSync(asset)).length;
  }
  return fs.readdirSync(asset).reduce((sum, entry) => sum + zippedBytes(path.join(asset, entry)), 0);
}
