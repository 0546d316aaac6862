using TrustedServe.Optimizer.Engine;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Optimizer.Optimizing;

/// <summary>Makes a faster package of a package.</summary>
/// <remarks>
/// 1. The package is verified, and its graph checked as at packing.
/// 2. The engine fuses the graph; for 8 bits, products are replaced in the fused graph (see <see cref="GraphOptimizer"/>).
/// 3. Both graphs answer the same rows; too little agreement ends it here.
/// 4. The package is written beside its place and then moved there: whole, or not at all.
/// </remarks>
public static class ModelOptimizer
{
    private const string ArchiveSuffix = ".tspkg";

    /// <summary>Optimises.</summary>
    /// <exception cref="TsfException">TSF1001, TSF1012 to TSF1017, TSF1030 to TSF1037, TSF0006, TSF0008.</exception>
    public static Task<OptimizeReport> OptimizeAsync(OptimizeRequest request, CancellationToken cancellationToken) =>
        Task.Run(() => Optimize(request, cancellationToken), cancellationToken);

    private static OptimizeReport Optimize(OptimizeRequest request, CancellationToken cancellationToken)
    {
        Require(request);
        var target = Path.GetFullPath(request.Output).TrimEnd('/');
        var scratch = Path.Combine(Path.GetDirectoryName(target) ?? target, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            SafeFiles.CreateDirectory(scratch);
            return Optimize(request, target, scratch, cancellationToken);
        }
        finally
        {
            SafeFiles.TryDeleteDirectory(scratch);
        }
    }

    private static OptimizeReport Optimize(OptimizeRequest request, string target, string scratch, CancellationToken cancellationToken)
    {
        // 1. What there is.
        var package = PackageReader.OpenVerified(request.Package, Environment.ProcessorCount, cancellationToken);
        var manifest = package.Manifest;
        var samples = manifest.Warmup.Concat(request.Samples).ToList();
        if (samples.Count == 0)
        {
            throw TsfErrors.InvalidOptimizeRequest.With("The package has no samples to compare on, and none were given.");
        }

        var source = Source(package, scratch, cancellationToken);
        var graph = PackagePath.Under(source, manifest.Graph);
        var sourceFiles = SourceFiles.Of(graph);

        // 2. The graph.
        var output = Path.Combine(scratch, "package");
        var written = new GraphOptimizer(request, graph, scratch, cancellationToken).Write(output);

        // 3. Its answers.
        var engine = new EngineSpec { Name = EngineSpec.OnnxRuntime, Version = Runtime.Version, Level = EngineSpec.Extended, Layouts = written.HasLayouts };
        var comparison = Comparison.Run(manifest, source, graph, GraphOptimizer.GraphIn(output), engine, samples, cancellationToken);

        // Fusing leaves it as it is.
        var precision = request.Precision == OptimizeRequest.Int8 ? OptimizeRequest.Int8 : manifest.Precision;
        var report = new OptimizeReport
        {
            Name = manifest.Name,
            Version = manifest.Version,
            Precision = precision,
            Engine = engine,
            Quantized = written.Quantized,
            Rows = comparison.Agreement.Rows,
            AgreeingRows = comparison.Agreement.AgreeingRows,
            LargestDifference = comparison.Agreement.Largest,
            MeanDifference = comparison.Agreement.Mean,
            BytesBefore = sourceFiles.Size(),
            BytesAfter = SourceFiles.Of(GraphOptimizer.GraphIn(output)).Size(),
            MillisecondsBefore = comparison.Speed.MillisecondsBefore,
            MillisecondsAfter = comparison.Speed.MillisecondsAfter,
            Speedup = comparison.Speed.Ratio,
        };

        // Turned round, so that answers that are no numbers never pass.
        if (!(report.Agreement >= request.MinAgreement) || !double.IsFinite(report.LargestDifference))
        {
            throw TsfErrors.AgreementTooLow.With($"{report.AgreeingRows} of {report.Rows} rows keep their best class ({report.Agreement:p1}); at least {request.MinAgreement:p1} are asked for. The largest difference is {report.LargestDifference:g3}. Nothing was written.");
        }

        // 4. The package.
        var draft = manifest with
        {
            Graph = Path.GetFileName(GraphOptimizer.GraphIn(output)),
            Precision = precision,
            Engine = report.Engine,
            Batching = request.Batching ?? manifest.Batching,
            Warmup = comparison.Warmup(request, manifest),
        };
        sourceFiles.CopyOthers(package, source, output);
        PackageWriter.WriteManifest(output, draft, Environment.ProcessorCount, cancellationToken);
        Publish(output, target, cancellationToken);
        return report;
    }

    private static void Require(OptimizeRequest request)
    {
        if (!(request.MinAgreement is >= 0 and <= 1))
        {
            throw TsfErrors.InvalidOptimizeRequest.With("The least agreement is a share from 0 to 1.");
        }

        if (request.Precision is not (OptimizeRequest.Int8 or OptimizeRequest.Fp32))
        {
            throw TsfErrors.InvalidOptimizeRequest.With($"The precision is {OptimizeRequest.Int8} or {OptimizeRequest.Fp32}.");
        }

        if (request.Precision == OptimizeRequest.Fp32 && (request.Exclude.Count > 0 || request.Embeddings))
        {
            throw TsfErrors.InvalidOptimizeRequest.With("Nodes are excluded, and embeddings quantised, only with 8 bits.");
        }

        if (SafeFiles.Guard(request.Output, () => File.Exists(request.Output) || (Directory.Exists(request.Output) && Directory.EnumerateFileSystemEntries(request.Output).Any())))
        {
            throw TsfErrors.TargetNotEmpty.With($"{request.Output} is not an empty or new directory.");
        }
    }

    private static string Source(Package package, string scratch, CancellationToken cancellationToken)
    {
        if (Directory.Exists(package.Location))
        {
            return package.Location;
        }

        var directory = Path.Combine(scratch, "source");
        PackageReader.Extract(package.Location, directory, cancellationToken);
        return directory;
    }

    private static void Publish(string directory, string target, CancellationToken cancellationToken)
    {
        if (target.EndsWith(ArchiveSuffix, StringComparison.Ordinal))
        {
            PackageWriter.WriteArchive(directory, target, cancellationToken);
            return;
        }

        SafeFiles.Guard(target, () =>
        {
            // An empty directory may be there; a full one is never replaced.
            if (Directory.Exists(target))
            {
                Directory.Delete(target);
            }

            Directory.Move(directory, target);
        });
    }
}
