using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>One change, as watches tell it.</summary>
internal sealed record StoreEvent(long Version, string Type, KindEntry Kind, JsonObject Object);
