package com.myorg;

import io.github.cdkkarpentermigration.KarpenterMigration;
import io.github.cdkkarpentermigration.KarpenterRelease;
import io.github.cdkkarpentermigration.MigrationStage;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.eks.Cluster;
import software.amazon.awscdk.services.eks.ClusterAttributes;
import software.amazon.awscdk.services.eks.ICluster;
import software.amazon.awscdk.services.iam.OpenIdConnectProvider;
import software.amazon.awscdk.services.lambda.LayerVersion;

/**
 * The smallest app that attaches a migration to an existing cluster, as examples/install-v1-layer.ts in Java.
 *
 * <p>What it must know of the cluster comes from the context: {@code cdk deploy -c clusterName=prod -c kubectlRoleArn=… …}.
 */
public final class InstallV1 {
  public static void main(final String[] args) {
    App app = new App();
    Stack stack = new Stack(app, "Karpenter", StackProps.builder()
        .env(Environment.builder()
            .account(System.getenv("CDK_DEFAULT_ACCOUNT"))
            .region(System.getenv("CDK_DEFAULT_REGION"))
            .build())
        .build());

    ICluster cluster = Cluster.fromClusterAttributes(stack, "Cluster", ClusterAttributes.builder()
        .clusterName(context(app, "clusterName"))
        .kubectlRoleArn(context(app, "kubectlRoleArn"))
        .openIdConnectProvider(OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, "Oidc", context(app, "openIdConnectProviderArn")))
        .kubectlLayer(LayerVersion.fromLayerVersionArn(stack, "Kubectl", context(app, "kubectlLayerArn")))
        .build());

    Object stage = app.getNode().tryGetContext("stage");
    KarpenterMigration.Builder.create(stack, "Migration")
        .cluster(cluster)
        .release(KarpenterRelease.v1())
        .stage(stage == null ? MigrationStage.INSTALL : MigrationStage.valueOf(stage.toString()))
        .build();

    app.synth();
  }

  private static String context(final App app, final String name) {
    return app.getNode().getContext(name).toString();
  }

  private InstallV1() {
  }
}
