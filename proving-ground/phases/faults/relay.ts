import * as net from 'net';
import { World } from '../world';

const OURS = /:assumed-role\/Karpenter-KarpenterMigrationKubernetes/;

/** The way of our functions to the API server, and of nobody else, which can be blocked. */
export class Relay {
  /** From now on EKS tells our functions this way. */
  public static async before(world: World): Promise<Relay> {
    const { hostname, port } = new URL(world.endpoint.url);
    const relay = new Relay({ host: hostname, port: Number(port) || 443 });
    // The certificate is for the address, whatever the port.
    await new Promise<void>((resolve, reject) => relay.server.once('error', reject).listen(0, hostname, resolve));
    // It ends with the world.
    relay.server.unref();
    world.aws.detour(OURS, `https://${hostname}:${(relay.server.address() as net.AddressInfo).port}`);
    return relay;
  }

  /** Connections that came to nothing. */
  public refused = 0;
  private readonly server: net.Server;
  private readonly open = new Set<net.Socket>();
  private blocked = false;

  private constructor(to: { readonly host: string; readonly port: number }) {
    this.server = net.createServer((inward) => {
      if (this.blocked) {
        this.refused += 1;
        inward.destroy();
        return;
      }
      const outward = net.connect(to);
      for (const [one, other] of [[inward, outward], [outward, inward]]) {
        this.open.add(one);
        one.pipe(other);
        one.on('close', () => {
          this.open.delete(one);
          other.destroy();
        }).on('error', () => other.destroy());
      }
    });
  }

  public block(): void {
    this.blocked = true;
    this.open.forEach(socket => socket.destroy());
  }

  public unblock(): void {
    this.blocked = false;
  }
}
