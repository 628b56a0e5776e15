import { KubeletSettings, renderKubeletSettings } from '../kubelet-settings';

/** What runs the containers of a node. */
export enum ContainerRuntime {
  /** containerd; the only one from Kubernetes 1.24 on, and with Bottlerocket. */
  CONTAINERD = 'containerd',

  /** Docker; up to Kubernetes 1.23. */
  DOCKERD = 'dockerd',
}

/**
 * Settings of the kubelets of a Provisioner's nodes.
 *
 * They act on nodes that are launched later; nodes that run keep theirs.
 *
 * @see https://karpenter.sh/v0.29/concepts/provisioners/#speckubeletconfiguration
 */
export interface KubeletConfiguration extends KubeletSettings {
  /**
   * What runs the containers.
   *
   * @default - containerd, save for what the AMI needs otherwise
   */
  readonly containerRuntime?: ContainerRuntime;
}

/** The settings as the API has them. */
export function renderKubeletConfiguration(kubelet: KubeletConfiguration): object {
  return { ...renderKubeletSettings('kubeletConfiguration', kubelet), containerRuntime: kubelet.containerRuntime };
}
