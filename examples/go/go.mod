module install-v1

go 1.26.0

require (
	github.com/aws/aws-cdk-go/awscdk/v2 v2.276.0
	github.com/aws/jsii-runtime-go v1.142.0
	github.com/cdk-karpenter-migration/cdk-karpenter-migration-go/cdkkarpentermigration v0.0.0
)
