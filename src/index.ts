export { KubernetesHandlerOptions } from './handlers/kubernetes-provider';
