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

    /// <summary>Bytes that a round may leave: a worker's connection that is being closed, buffers of the pools.</summary>
    private const long Allowance = 1 << 20;

    [Fact]
    public async Task Many_cycles_leave_the_front_ends_memory_where_it_was()
    {
        await using var host = await TestHost.ReadyAsync(["matrix"]);
        await CycleAsync(4);

        // What a cycle left behind would be there after every round; what other parts of the process warm up beside it, after one.
        var (memory, handles) = await RoundAsync();
        for (var round = 1; round < 5 && (memory >= Allowance || handles >= 8); round++)
        {
            (memory, handles) = await RoundAsync();
        }

        TestContext.Current.SendDiagnosticMessage($"{Cycles} cycles: {memory} bytes, {handles} descriptors more");
        Assert.True(memory < Allowance, $"each of five rounds of {Cycles} cycles left memory behind, the last {memory} bytes");
        Assert.True(handles < 8, $"each of five rounds of {Cycles} cycles left descriptors open, the last {handles}");

        async Task<(long Memory, int Handles)> RoundAsync()
        {
            var memory = GC.GetTotalMemory(forceFullCollection: true);
            var handles = Directory.GetFiles("/proc/self/fd").Length;
            await CycleAsync(Cycles);
            return (GC.GetTotalMemory(forceFullCollection: true) - memory, Directory.GetFiles("/proc/self/fd").Length - handles);
        }

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
