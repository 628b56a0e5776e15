// The smallest app that attaches a migration to an existing cluster, as examples/install-v1-layer.ts in Go.
//
// What it must know of the cluster comes from the context: `cdk deploy -c clusterName=prod -c kubectlRoleArn=… …`.
package main

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseks"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
	migration "github.com/cdk-karpenter-migration/cdk-karpenter-migration-go/cdkkarpentermigration"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Karpenter"), &awscdk.StackProps{
		Env: &awscdk.Environment{
			Account: jsii.String(os.Getenv("CDK_DEFAULT_ACCOUNT")),
			Region:  jsii.String(os.Getenv("CDK_DEFAULT_REGION")),
		},
	})

	context := func(name string) *string {
		return jsii.String(app.Node().GetContext(jsii.String(name)).(string))
	}
	stage := migration.MigrationStage_INSTALL
	if value, ok := app.Node().TryGetContext(jsii.String("stage")).(string); ok {
		stage = migration.MigrationStage(value)
	}

	cluster := awseks.Cluster_FromClusterAttributes(stack, jsii.String("Cluster"), &awseks.ClusterAttributes{
		ClusterName:           context("clusterName"),
		KubectlRoleArn:        context("kubectlRoleArn"),
		OpenIdConnectProvider: awsiam.OpenIdConnectProvider_FromOpenIdConnectProviderArn(stack, jsii.String("Oidc"), context("openIdConnectProviderArn")),
		KubectlLayer:          awslambda.LayerVersion_FromLayerVersionArn(stack, jsii.String("Kubectl"), context("kubectlLayerArn")),
	})

	migration.NewKarpenterMigration(stack, jsii.String("Migration"), &migration.KarpenterMigrationProps{
		Cluster: cluster,
		Release: migration.KarpenterRelease_V1(nil),
		Stage:   stage,
	})

	app.Synth(nil)
}
