# Somebody who wants to be sure that all is as it was written.
kubectl apply -f karpenter.yaml
kubectl apply -f provisioner.yaml
