import { done, ResourceHandler, ResourceHandlers } from './lifecycle';

/** The name of the error of a connection to a cluster that does not exist. */
export const CLUSTER_NOT_FOUND = 'ClusterNotFound';

/** Takes a cluster that is gone for a removal that is done: everything in it went with it. */
export function doneWithoutCluster(handlers: ResourceHandlers): ResourceHandlers {
  return Object.fromEntries(Object.entries(handlers).map(([type, handler]) => [type, tolerant(handler)]));
}

function tolerant<P>(handler: ResourceHandler<P>): ResourceHandler<P> {
  return {
    ...handler,
    remove: async (request) => {
      try {
        return await handler.remove(request);
      } catch (error) {
        if ((error as Error).name === CLUSTER_NOT_FOUND) {
          return done();
        }
        throw error;
      }
    },
  };
}
