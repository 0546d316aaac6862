using System.Security.Cryptography;
using System.Text.RegularExpressions;
using TrustedServe.Cli.Hosting;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Cli.Demo;

/// <summary>Tries live what must not work; every attempt has to be refused with its code.</summary>
internal sealed partial class RefusalsStep(DemoContext context, Publisher publisher)
{
    private const string Model = "digits";
    private int probes;

    private string Sealed => context[$"{Model}-1.tsealed"];

    /// <summary>Runs it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        context.Step("What must not work", "The machine's owner has the sealed file, may change it, may start programs of his own, and may offer old or foreign packages. Each of these is tried for real, with a real worker against the running broker.");
        await SearchForPlaintextAsync(cancellationToken);
        await OpenWithoutKeyAsync(cancellationToken);
        await FlipOneByteAsync(cancellationToken);
        await ChangeTheWorkerAsync(cancellationToken);
        await OfferOldVersionAsync(cancellationToken);
        await OfferForeignPublisherAsync(cancellationToken);
    }

    private async Task SearchForPlaintextAsync(CancellationToken cancellationToken)
    {
        var plain = await File.ReadAllBytesAsync(context.Models.Single(model => model.Name == Model)["model.onnx"], cancellationToken);
        var bytes = await File.ReadAllBytesAsync(Sealed, cancellationToken);
        var pieces = Enumerable.Range(0, plain.Length / 16).Count(piece => bytes.AsSpan().IndexOf(plain.AsSpan(piece * 16, 16)) >= 0);
        context.Expect("the sealed file searched for pieces of the model", "none found", pieces == 0 ? $"none of {plain.Length / 16:N0} found" : $"{pieces} found", pieces == 0);
    }

    private async Task OpenWithoutKeyAsync(CancellationToken cancellationToken)
    {
        using var guess = new KeyRecord { Key = SecretBuffer.Random(32), Purpose = KeyPurpose.Model, Model = Model, PublisherKey = publisher.PublicKey, LowestVersion = "1" };
        await using var source = ModelStores.OpenFile(Sealed);
        var package = await SealedPackage.OpenAsync(source, cancellationToken);
        var step = new StartStep { Phase = StartStep.Types.Phase.Ready };
        try
        {
            await package.UnsealAsync(guess, Directory.CreateDirectory(context["guessed"]).FullName, threads: 1, bytesDone: null, cancellationToken);
        }
        catch (TsfException exception)
        {
            step = new StartStep { Phase = StartStep.Types.Phase.Failed, Code = exception.Code, Message = exception.Message };
        }

        Refused("the sealed file read without its key", TsfErrors.DecryptionFailed, step);
    }

    private async Task FlipOneByteAsync(CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(Sealed, cancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        var file = context["flipped.tsealed"];
        await File.WriteAllBytesAsync(file, bytes, cancellationToken);
        Refused("one byte of the sealed file flipped", TsfErrors.DecryptionFailed, await OfferAsync(Programs.Worker, file, cancellationToken));
    }

    private async Task ChangeTheWorkerAsync(CancellationToken cancellationToken)
    {
        var original = Path.GetDirectoryName(Programs.Worker)!;
        var copy = context["changed-worker"];
        foreach (var file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        // One more byte at the end of an assembly changes nothing but its measurement.
        await File.AppendAllBytesAsync(Path.Combine(copy, "TrustedServe.Protocol.dll"), new byte[1], cancellationToken);
        var program = Path.Combine(copy, Path.GetFileName(Programs.Worker));
        Refused("a worker that the broker does not know asks for the key", TsfErrors.MeasurementRefused, await OfferAsync(program, Sealed, cancellationToken));
    }

    private async Task OfferOldVersionAsync(CancellationToken cancellationToken)
    {
        // The owner withdraws version 1 by raising the lowest version in the key record; the sealed file stays as it was.
        var key = KeyId.Parse("kbs:///demo/model-key/withdrawn");
        using var record = publisher.CreateKey(context.BrokerFolder, key, Model, lowestVersion: "1");
        var file = context["withdrawn.tsealed"];
        await publisher.SealAsync(context[$"{Model}.package"], key, record, file, cancellationToken);
        publisher.RaiseLowestVersion(context.BrokerFolder, key, record, "2");
        Refused("version 1 offered after its key record was raised to version 2", TsfErrors.VersionTooOld, await OfferAsync(Programs.Worker, file, cancellationToken));
    }

    private async Task OfferForeignPublisherAsync(CancellationToken cancellationToken)
    {
        var file = context["foreign.tsealed"];
        File.Copy(Sealed, file);
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await PackageSigner.SignAsync(file, foreign, cancellationToken);
        Refused("the package signed by another publisher", TsfErrors.PublisherNotAllowed, await OfferAsync(Programs.Worker, file, cancellationToken));
    }

    /// <summary>Puts a sealed file into a store of its own and starts a worker on it.</summary>
    private async Task<StartStep> OfferAsync(string program, string file, CancellationToken cancellationToken)
    {
        var name = $"probe-{++probes}";
        var store = Directory.CreateDirectory(context[name]).FullName;
        await ModelStores.Open(store).AddAsync(file, makeDefault: true, cancellationToken);
        var sockets = Directory.CreateDirectory(context[name + "-socket"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await WorkerProbe.StartAsync(
            program,
            new WorkerConfig
            {
                Model = Model,
                Version = "1",
                Store = store,
                Socket = Path.Combine(sockets.FullName, "w"),
                Trust = new TrustConfig { Broker = context.Stack!.Broker, InsecureSimulatedEvidence = true },
                Lanes = 1,
            },
            cancellationToken);
    }

    private void Refused(string attempt, ErrorCode expected, StartStep seen)
    {
        var refused = seen.Phase == StartStep.Types.Phase.Failed;
        context.Expect(attempt, $"refused with {expected.Code}", refused ? $"refused, {seen.Code}: {Brief(seen.Message)}" : $"NOT refused ({seen.Phase})", refused && seen.Code == expected.Code);
    }

    /// <summary>Digests cut to what an eye can compare, the demonstration's own folder left out.</summary>
    private string Brief(string message) =>
        Digests().Replace(message.Replace(context[""], "", StringComparison.Ordinal), match => match.Value[..16] + "…");

    [GeneratedRegex("[0-9a-f]{40,}")]
    private static partial Regex Digests();
}
