using System.CommandLine;
using System.Text.Json;
using TrustedServe.Cli.Hosting;
using TrustedServe.Cli.Topology;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve topology</c>: nodes, cores and lanes as they would be planned, and as a running front end has them.</summary>
internal static class TopologyCommand
{
    private const int MaxDescription = 64 << 10;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var root = new Option<string>("--root") { Description = "Read the machine from a copy of its /sys and /proc under this folder.", DefaultValueFactory = _ => "/" };
        var description = new Option<FileInfo?>("--machine") { Description = "Plan for a machine described in a JSON file, for example {\"nodeCores\":[26,24]}, instead of one that can be read." };
        var record = new Option<string?>("--record") { Description = "Copy what is read of the machine's /sys and /proc into this new folder, for --root on another machine; cores that this process alone is kept from are not in it." };
        var models = new Option<string[]>("--models") { Description = "Packages (folder, .tspkg or .tsealed) to plan for.", AllowMultipleArgumentsPerToken = true };
        var mode = new Option<PlacementMode>("--placement") { Description = "What lanes are planned for: auto, throughput or latency.", DefaultValueFactory = _ => PlacementMode.Auto };
        var frontEnd = Number("--front-end-cores", PlacementWishes.MaxFrontEndCores, "Physical cores of the front end; 0 for the default.");
        var lanes = Number("--lanes", PlacementWishes.MaxLanes, "Lanes of each worker; 0 for as many as its cores allow.");
        var width = Number("--lane-width", PlacementWishes.MaxLaneWidth, "Cores of each lane; 0 for what the placement chooses.");
        var siblings = new Option<bool>("--lanes-on-siblings") { Description = "Hyper-threads are lanes of their own." };
        var divide = new Option<bool>("--divide-cores") { Description = "Each of several models has cores of its own." };
        var elsewhere = new Option<bool>("--no-front-end") { Description = "The front end runs elsewhere." };
        var served = new Option<string[]>("--served") { Description = "Models of a running front end, to show where their lanes really are.", AllowMultipleArgumentsPerToken = true };
        var url = new Option<string>("--url") { Description = "Address of the running front end.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var key = new Option<string?>("--api-key-from-env") { Description = "Name of an environment variable that holds the API key." };
        var json = CommonOptions.Json();
        var command = new Command("topology", "Draw the machine's nodes and cores, the lanes that are planned on them, and where those of a running front end are.")
        {
            root, description, record, models, mode, frontEnd, lanes, width, siblings, divide, elsewhere, served, url, key, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var machine = parsed.GetValue(description) is { } file ? await DescribedAsync(file, cancellationToken) : Read(parsed.GetValue(root)!, parsed.GetValue(record));
            var facts = new List<ModelFacts>();
            foreach (var path in parsed.GetValue(models) ?? [])
            {
                facts.Add(await FactsAsync(path, cancellationToken));
            }

            var plan = PlacementPlanner.Plan(machine, facts.Count > 0 ? facts : [new ModelFacts("any model", "")], new PlacementWishes
            {
                Mode = parsed.GetValue(mode),
                HasFrontEnd = !parsed.GetValue(elsewhere),
                FrontEndCores = parsed.GetValue(frontEnd),
                Lanes = parsed.GetValue(lanes),
                LaneWidth = parsed.GetValue(width),
                LanesOnSiblings = parsed.GetValue(siblings),
                DivideCores = parsed.GetValue(divide),
            });
            var actual = new Dictionary<string, IReadOnlyList<PlacementReport>>();
            FrontEndReport? frontEndActual = null;
            if (parsed.GetValue(served) is { Length: > 0 } names)
            {
                using var client = new FrontEndClient(PredictCommand.Address(parsed.GetValue(url)!), ServeCommand.FromEnvironment(parsed.GetValue(key)));
                foreach (var name in names)
                {
                    var model = await client.ModelAsync(name, cancellationToken);
                    actual[name] = PlacementReport.Parse(Property(model, PlacementReport.Property));
                    frontEndActual ??= FrontEndReport.Parse(Property(model, FrontEndReport.Property));
                }
            }

            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(new { machine, plan, actual, frontEnd = frontEndActual }, StrictJson.Indented));
            }
            else
            {
                TopologyDrawing.Print(machine, plan, actual, frontEndActual);
            }

            return 0;
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(record) is not null && result.GetResult(description) is not null)
            {
                result.AddError("--record copies the files of a machine that is read; a described one has none.");
            }
        });
        return command;
    }

    private static Option<int> Number(string name, int greatest, string description)
    {
        var option = new Option<int>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < 0 || value > greatest))
            {
                result.AddError($"{name} must be from 0 to {greatest}.");
            }
        });
        return option;
    }

    private static MachineTopology Read(string root, string? record)
    {
        if (!Directory.Exists(root))
        {
            throw TsfErrors.FileUnreadable.With($"There is no folder {root}.");
        }

        if (record is null)
        {
            return root == "/" ? TopologyReader.ReadOwn() : TopologyReader.Read(root);
        }

        // Files of another machine left in it would be read as this one's.
        if (Path.Exists(record))
        {
            throw TsfErrors.FileUnreadable.With($"{record} is there already; a recording needs a folder of its own.");
        }

        try
        {
            return TopologyReader.Record(root, record);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"The recording cannot be written to {record}: {exception.Message}", exception);
        }
    }

    private static async Task<MachineTopology> DescribedAsync(FileInfo file, CancellationToken cancellationToken)
    {
        if (file.Exists && file.Length > MaxDescription)
        {
            throw TsfErrors.InvalidSettings.With($"{file.Name} has {file.Length} bytes; a description of a machine has at most {MaxDescription}.");
        }

        return MachineDescription.Parse(await File.ReadAllBytesAsync(file.FullName, cancellationToken)).ToTopology();
    }

    private static async Task<ModelFacts> FactsAsync(string path, CancellationToken cancellationToken)
    {
        if (path.EndsWith(".tsealed", StringComparison.Ordinal))
        {
            // What the envelope does not say, such as the precision, only the worker learns.
            await using var source = ModelStores.OpenFile(path);
            var envelope = (await SealedPackage.OpenAsync(source, cancellationToken)).Envelope;
            return new ModelFacts(envelope.Model, envelope.Version, envelope.PlaintextSize);
        }

        var manifest = PackageReader.OpenVerified(path, Environment.ProcessorCount, cancellationToken).Manifest;
        return new ModelFacts(manifest.Name, manifest.Version, manifest.Files.Sum(file => file.Size), manifest.Precision, manifest.MaxSequence);
    }

    private static string? Property(JsonElement model, string name) =>
        model.ValueKind == JsonValueKind.Object && model.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
        && properties.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
