/** Nothing can be said about the cluster at all. */
export class Unreachable extends Error {
  public readonly name = 'Unreachable';
}

/** Something that could not be read, and what is missing in the answer for it. */
export interface Unread {
  readonly what: string;
  readonly why: string;
  /** The rights that reading it needs, as AWS and Kubernetes call them. */
  readonly needs: readonly string[];
}

const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'UnauthorizedException', 'NotAuthorized'];
/** The clients put whole requests into their messages. */
const WHY_CHARACTERS = 300;

/** Reads one thing after the other. What may not be read is remembered and stops nothing else. */
export class Readings {
  public readonly unread: Unread[] = [];

  public constructor(private readonly says: (text: string) => void) {}

  /** Undefined for what cannot be read. */
  public async read<T>(what: string, needs: readonly string[], ask: () => Promise<T>): Promise<T | undefined> {
    this.says(`reading ${what}`);
    try {
      return await ask();
    } catch (error) {
      this.unread.push({ what, why: reasonOf(error as Error), needs });
      return undefined;
    }
  }
}

/** Whether the caller may not have it, which no repetition changes. */
export function isDenied(error: Error & { readonly code?: unknown }): boolean {
  return DENIED.includes(error.name) || error.code === 403;
}

/** One line for people. */
export function reasonOf(error: Error & { readonly code?: unknown; readonly body?: unknown }): string {
  const { message: told } = messageIn(error.body);
  const message = (told ?? error.message).replace(/\s+/g, ' ').trim();
  const denied = isDenied(error) ? 'not allowed' : error.code === 401 ? 'the cluster does not know the caller' : error.name;
  return `${denied}: ${message}`.slice(0, WHY_CHARACTERS);
}

/** The Kubernetes API answers with a Status, which its client gives as text or parsed. */
function messageIn(body: unknown): { readonly message?: string } {
  try {
    const status: unknown = typeof body === 'string' ? JSON.parse(body) : body;
    return typeof status === 'object' && status !== null ? status : {};
  } catch {
    return {};
  }
}
