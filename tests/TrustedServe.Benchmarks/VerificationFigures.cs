using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace TrustedServe.Benchmarks;

/// <summary>Runs <see cref="VerificationBenchmarks"/>.</summary>
internal static class VerificationFigures
{
    /// <summary>Measures, in this process: a second build of the project would need its package sources again.</summary>
    public static int Run()
    {
        if (VerificationEvidence.Find() is null)
        {
            Console.Error.WriteLine("verify-quote needs a quote of a real platform with its collateral; the folder of shared data with them is not beside this clone.");
            return 1;
        }

        var folder = Path.Combine(Path.GetTempPath(), $"tsf-bench-{Environment.ProcessId}");
        try
        {
            var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithIterationCount(10).WithToolchain(InProcessEmitToolchain.Instance)).WithArtifactsPath(folder);
            return BenchmarkRunner.Run<VerificationBenchmarks>(config).HasCriticalValidationErrors ? 1 : 0;
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
