import * as k8s from '@kubernetes/client-node';
import { PAGE, Page } from './api.kubernetes';
import { PLACEHOLDER_LABEL } from './placeholder-label';

/** An object as the API sends it: times are text. */
export type AsSent<T> = T extends Date ? string : T extends object ? { [Key in keyof T]: AsSent<T[Key]> } : T;

interface Where {
  readonly _continue?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** A page of the pods of all namespaces, but for those that only keep room for others. */
export function podsAsSent(core: k8s.CoreV1Api, where: Where): Promise<Page<AsSent<k8s.V1Pod>>> {
  const labelSelector = `!${PLACEHOLDER_LABEL}`;
  return asSent<k8s.V1Pod>(options => core.listPodForAllNamespaces({ limit: PAGE, labelSelector, ...where }, options));
}

export function nodesAsSent(core: k8s.CoreV1Api, where: Where): Promise<Page<AsSent<k8s.V1Node>>> {
  return asSent<k8s.V1Node>(options => core.listNode({ limit: PAGE, ...where }, options));
}

/** Milliseconds since 1970. */
export function timeOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

/** Reads an answer on its way to the typed client, which gets what this returns in its place. */
export function listening(hear: (text: string, status: number) => string): k8s.ConfigurationOptions {
  return {
    middlewareMergeStrategy: 'append',
    middleware: [{
      pre: request => new k8s.Observable(Promise.resolve(request)),
      post: response => new k8s.Observable(response.body.text().then(text => {
        const heard = hear(text, response.httpStatusCode);
        const body = { text: () => Promise.resolve(heard), binary: () => Promise.resolve(Buffer.from(heard)) };
        return new k8s.ResponseContext(response.httpStatusCode, response.headers, body);
      })),
    }],
  };
}

const NO_ITEMS = '{"items":[]}';

/** The typed client makes an instance of a class of every part of an object. With thousands of pods that takes longer than all else together. */
export async function asSent<T>(list: (options: k8s.ConfigurationOptions) => Promise<unknown>): Promise<Page<AsSent<T>>> {
  let answer = NO_ITEMS;
  await list(listening((text, status) => {
    if (status !== 200) {
      return text;
    }
    answer = text;
    return NO_ITEMS;
  }));
  return JSON.parse(answer) as Page<AsSent<T>>;
}
