using System.CommandLine;
using TrustedServe.Cli.Output;
using TrustedServe.Packaging.Stores;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve model push</c>: a sealed package goes into a store.</summary>
internal static class ModelPushCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A sealed package." };
        var to = new Option<string>("--to") { Description = "The model store: a folder, or the https address of a blob container.", Required = true };
        var makeDefault = new Option<bool>("--default") { Description = "Name this version the model's default in the store's index. The first version is named without asking." };
        var connection = CommonOptions.StoreConnectionVariable();
        var json = CommonOptions.Json();
        var command = new Command("push", "Add a sealed package to a model store and its index.") { file, to, makeDefault, connection, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var store = ModelStores.Open(parsed.GetValue(to)!, ServeCommand.FromEnvironment(parsed.GetValue(connection)));
            var entry = await store.AddAsync(parsed.GetValue(file)!, parsed.GetValue(makeDefault), cancellationToken);
            Report.Print(
                parsed.GetValue(json),
                entry,
                $"added {entry.Model} {entry.Version}",
                [("store", store.Location), ("blob", entry.Blob), ("default", entry.IsDefault ? "yes" : "no (see --default)")]);
            return 0;
        });
        return command;
    }
}
