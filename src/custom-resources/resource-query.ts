/**
 * Resources that only the function for the Kubernetes API can bring about. CloudFormation calls the other one, because that one can answer it
 * wherever the cluster is: it names and checks them as well, and leaves the rest to a query.
 */
export const RESOURCE_QUERY = 'resource';

/** The name of the function that a resource is left to: a property of each. */
export const FUNCTION_PROPERTY = 'KubernetesFunction';
