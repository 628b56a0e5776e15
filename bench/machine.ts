import * as os from 'os';

/** The machine, its Node and what else it had to do, for whoever reads figures that depend on it. */
export function aboutMachine(): string {
  const [load] = os.loadavg();
  return `${os.availableParallelism()} cores (${os.cpus()[0].model.trim()}), ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, `
    + `load of the last minute ${load.toFixed(1)}`;
}
