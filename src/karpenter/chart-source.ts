import * as fs from 'fs';
import * as path from 'path';
import * as s3_assets from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { ChartLocation, ChartName } from './chart-location';
import { KarpenterRelease } from './karpenter-release';
import { checkKind } from '../input/kind';
import { required, TEXT } from '../input/kinds';

/** Where the charts `karpenter` and `karpenter-crd` come from. */
export abstract class ChartSource {
  /**
   * Upstream's public registry, `oci://public.ecr.aws/karpenter`.
   *
   * It must be reachable from where CDK's kubectl provider runs.
   */
  public static publicEcr(): ChartSource {
    return new OciChartSource('oci://public.ecr.aws/karpenter');
  }

  /**
   * A registry with copies of both charts, for isolated VPCs.
   *
   * The charts are looked up as `<prefix>/karpenter` and `<prefix>/karpenter-crd` with the release's chart version as
   * tag. The role of CDK's kubectl provider must be able to read a private ECR repository. The image is named
   * separately, see `ControllerImageOptions`.
   *
   * @param repositoryPrefix begins with `oci://` and has no trailing slash, for instance
   * `oci://111111111111.dkr.ecr.eu-west-1.amazonaws.com/karpenter`; anything else is an error
   */
  public static oci(repositoryPrefix: string): ChartSource {
    return new OciChartSource(repositoryPrefix);
  }

  /**
   * A directory with the folders `karpenter` and `karpenter-crd`, uploaded as assets.
   *
   * The folders must hold the published charts (`helm pull --untar`) of the release in use, else synthesis fails: the
   * charts in Karpenter's git repository carry the version and the image of the release before.
   */
  public static directory(directory: string): ChartSource {
    checkKind('the directory of charts', directory, required(TEXT));
    return new DirectoryChartSource(directory);
  }

  /**
   * The part of a Helm chart's props that says where it comes from.
   *
   * @internal
   */
  public abstract _bind(scope: Construct, chart: ChartName, release: KarpenterRelease): ChartLocation;
}

class OciChartSource extends ChartSource {
  public constructor(private readonly prefix: string) {
    super();
    if (!/^oci:\/\/.*[^/]$/.test(prefix)) {
      throw new Error(`the prefix of the charts' repositories must begin with oci:// and have no trailing slash, got "${prefix}"`);
    }
  }

  /** @internal */
  public _bind(_scope: Construct, chart: ChartName, release: KarpenterRelease): ChartLocation {
    return { chart, repository: `${this.prefix}/${chart}`, version: release.chartVersion };
  }
}

class DirectoryChartSource extends ChartSource {
  public constructor(private readonly directory: string) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, chart: ChartName, release: KarpenterRelease): ChartLocation {
    const folder = path.join(this.directory, chart);
    const manifest = path.join(folder, 'Chart.yaml');
    if (!fs.existsSync(manifest)) {
      throw new Error(`the directory of charts must contain ${chart}/Chart.yaml, there is none in "${this.directory}"; ` +
        `get it with helm pull oci://public.ecr.aws/karpenter/${chart} --version ${release.chartVersion} --untar`);
    }
    const version = /^version:\s*["']?([^\s"']+)/m.exec(fs.readFileSync(manifest, 'utf8'))?.[1];
    if (version?.replace(/^v/, '') !== release.version) {
      throw new Error(`the chart in "${folder}" has version ${version}, the release needs ${release.chartVersion}; ` +
        'put that chart there or set release to the version of the chart');
    }
    return { chartAsset: new s3_assets.Asset(scope, 'ChartAsset', { path: folder }) };
  }
}
