using System.Net;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Http;

/// <summary>What loading and unloading leaves behind in the front end, which is this process: no other test may run beside it.</summary>
[Collection(AloneGroup.Name)]
public sealed class RepositoryMemoryTests
{
    private const string Matrix = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    /// <summary>Cycles of the memory test; 200 with TRUSTEDSERVE_CYCLES=200.</summary>
    private static int Cycles => int.TryParse(Environment.GetEnvironmentVariable("TRUSTEDSERVE_CYCLES"), out var cycles) ? cycles : 12;

    [Fact]
    public async Task Many_cycles_leave_the_front_ends_memory_where_it_was()
    {
        await using var host = await TestHost.ReadyAsync(["matrix"]);
        await CycleAsync(4);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var handles = Directory.GetFiles("/proc/self/fd").Length;

        await CycleAsync(Cycles);

        // What a cycle left behind would be there as often as there were cycles.
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Current.SendDiagnosticMessage($"{Cycles} cycles: {grown} bytes, {Directory.GetFiles("/proc/self/fd").Length - handles} descriptors more");
        Assert.True(grown < 2 << 20, $"{grown} bytes more after {Cycles} cycles");
        Assert.True(Directory.GetFiles("/proc/self/fd").Length - handles < 16, "descriptors were left open");

        async Task CycleAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v2/repository/models/matrix/unload", "")).StatusCode);
                Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v2/repository/models/matrix/load", "")).StatusCode);
                await host.AskAsync("/v2/models/matrix/infer", Matrix);
            }
        }
    }
}
