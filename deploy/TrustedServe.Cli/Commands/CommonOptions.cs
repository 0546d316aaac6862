using System.CommandLine;
using TrustedServe.Cli.Hosting;

namespace TrustedServe.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>Machine-readable output.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for machines instead of tables for people." };

    /// <summary>Folder of the embedded key broker.</summary>
    public static Option<string> BrokerFolder() => new("--broker-folder")
    {
        Description = "Folder of the embedded key broker.",
        DefaultValueFactory = _ => EmbeddedBroker.DefaultFolder,
    };

    /// <summary>Connection string of a store's account, by the name of the environment variable that holds it.</summary>
    public static Option<string?> StoreConnectionVariable() => new("--store-connection-from-env")
    {
        Description = "Name of an environment variable that holds the connection string of the store's account; without it the workload's or developer's identity is used.",
    };
}
