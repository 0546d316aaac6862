using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Supervision;

public sealed class WorkerProgramTests
{
    [Fact]
    public void Missing_program_is_named_with_the_setting_that_names_another()
    {
        var refusal = Assert.Throws<TsfException>(() => WorkerProgram.Find("/nowhere/worker"));
        Assert.Equal("TSF0008", refusal.Code);
        Assert.Contains("/nowhere/worker", refusal.Message);
        Assert.Contains("Worker:Executable", refusal.Message);
    }

    [Theory]
    [InlineData("/x/worker.dll", true)]
    [InlineData("/x/worker", false)]
    public void Library_is_started_by_the_runtime_that_runs_this_process(string program, bool byRuntime)
    {
        var start = WorkerProgram.StartInfo(program);
        Assert.Equal(byRuntime ? [program] : [], start.ArgumentList);
        Assert.True(!byRuntime || File.Exists(start.FileName));
        Assert.Equal("0", start.Environment["DOTNET_EnableDiagnostics"]);
        Assert.Equal("glibc.malloc.tcache_count=127", start.Environment["GLIBC_TUNABLES"]);
        Assert.DoesNotContain(start.Environment.Keys, name => name.StartsWith("TRUSTEDSERVE__", StringComparison.Ordinal));
    }
}
