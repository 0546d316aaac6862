using System.Text;
using CsCheck;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Tests.Topology;

public sealed class MachineDescriptionTests
{
    [Fact]
    public void Accepts_ATwoSocketGuest()
    {
        var topology = Parse("""{"nodeCores":[24,24],"threadsPerCore":2,"cpuQuota":40.5,"instructionSets":{"avx2":true,"avx512":true,"avx512Vnni":true,"avxVnni":false,"amxInt8":true,"amxBf16":true}}""").ToTopology();
        Assert.Equal(96, topology.Cores.Count);
        Assert.Equal([3, 51], topology.Cores[51].Siblings);
        Assert.Equal([0, 1], topology.MemoryNodes);
        Assert.Equal(40.5, topology.CpuQuota);
        Assert.True(topology.InstructionSets.AmxInt8);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"nodeCores":null}""")]
    [InlineData("""{"nodeCores":[]}""")]
    [InlineData("""{"nodeCores":[0]}""")]
    [InlineData("""{"nodeCores":[-1,2]}""")]
    [InlineData("""{"nodeCores":[8193]}""")]
    [InlineData("""{"nodeCores":[2147483647,2147483647]}""")]
    [InlineData("""{"nodeCores":[4],"threadsPerCore":0}""")]
    [InlineData("""{"nodeCores":[4],"cpuQuota":0}""")]
    [InlineData("""{"nodeCores":[4],"nodeMemoryBytes":[1,2]}""")]
    [InlineData("""{"nodeCores":[4],"nodeMemoryBytes":[-1]}""")]
    [InlineData("""{"nodeCores":[4],"cores":4}""")]
    public void Rejects_WhatIsNoMachine(string json) =>
        Assert.Equal(TsfErrors.InvalidSettings, Assert.Throws<TsfException>(() => Parse(json).ToTopology()).Error);

    [Fact]
    public void AnyText_IsAMachineOrARefusal() => Gen.Char["{}[]\":,0129-.e nodeCrsthadP"].Array[0, 60].Sample(characters =>
    {
        try
        {
            Assert.NotEmpty(Parse(new string(characters)).ToTopology().Cores);
        }
        catch (TsfException exception)
        {
            Assert.Equal(TsfErrors.InvalidSettings, exception.Error);
        }
    });

    private static MachineDescription Parse(string json) => MachineDescription.Parse(Encoding.UTF8.GetBytes(json));
}
