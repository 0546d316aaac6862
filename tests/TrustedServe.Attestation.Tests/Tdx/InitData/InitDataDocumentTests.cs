using System.Security.Cryptography;
using System.Text;
using CsCheck;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.InitData;

public sealed class InitDataDocumentTests
{
    internal const string Example = """"
        version = "0.1.0"
        algorithm = "sha384"
        [data]
        "aa.toml" = '''
        [token_configs.kbs]
        url = "http://127.0.0.1:8080"
        '''
        "policy.rego" = "package agent_policy\n"
        """";

    [Fact]
    public void Document_IsReadAndDigestedAsItStands()
    {
        var bytes = Encoding.UTF8.GetBytes(Example);
        var document = InitDataDocument.Parse(bytes);

        Assert.Equal("sha384", document.Algorithm);
        Assert.Equal(["aa.toml", "policy.rego"], document.Data.Keys.Order());
        Assert.Equal("[token_configs.kbs]\nurl = \"http://127.0.0.1:8080\"\n", document.Data["aa.toml"]);
        Assert.Equal(SHA384.HashData(bytes), document.MrConfigId.ToArray());
        Assert.True(document.Matches(SHA384.HashData(bytes)));
        document.ThrowIfMismatch(SHA384.HashData(bytes));
    }

    [Fact]
    public void Digest_IsFilledUpOrCutToTheRegister()
    {
        var short256 = Encoding.UTF8.GetBytes(Example.Replace("sha384", "sha256", StringComparison.Ordinal));
        var long512 = Encoding.UTF8.GetBytes(Example.Replace("sha384", "sha512", StringComparison.Ordinal));
        Assert.Equal([.. SHA256.HashData(short256), .. new byte[16]], InitDataDocument.Parse(short256).MrConfigId.ToArray());
        Assert.Equal(SHA512.HashData(long512)[..48], InitDataDocument.Parse(long512).MrConfigId.ToArray());
        Assert.Equal(SHA512.HashData(long512), InitDataDocument.Parse(long512).Digest.ToArray());
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public void Bound_IsKnownWithoutReading(string algorithm)
    {
        var bytes = Encoding.UTF8.GetBytes(Example.Replace("sha384", algorithm, StringComparison.Ordinal));
        var register = InitDataDocument.Parse(bytes).MrConfigId.Span;
        Assert.True(InitDataDocument.IsBound(bytes, register));
        Assert.False(InitDataDocument.IsBound(bytes.AsSpan(1), register));
        Assert.False(InitDataDocument.IsBound(bytes, new byte[48]));
        Assert.False(InitDataDocument.IsBound(bytes, []));
        var large = new byte[InitDataDocument.MaxLength + 1];
        Assert.False(InitDataDocument.IsBound(large, SHA384.HashData(large)));
    }

    [Fact]
    public void AnyOtherDocument_DoesNotMatch() => Gen.Select(Gen.Int[0, Example.Length - 1], Gen.Int[0, 7]).Sample((at, bit) =>
    {
        var register = InitDataDocument.Parse(Encoding.UTF8.GetBytes(Example)).MrConfigId.ToArray();
        var changed = Encoding.UTF8.GetBytes(Example);
        changed[at] ^= (byte)(1 << bit);
        try
        {
            var document = InitDataDocument.Parse(changed);
            Assert.False(document.Matches(register));
            Assert.Equal("TSF3331", Assert.Throws<TsfException>(() => document.ThrowIfMismatch(register)).Code);
        }
        catch (TsfException exception)
        {
            Assert.Equal("TSF3330", exception.Code);
        }
    });

    [Fact]
    public void Guest_StartedWithout_DoesNotMatch()
    {
        var document = InitDataDocument.Parse(Encoding.UTF8.GetBytes(Example));
        Assert.False(document.Matches(new byte[48]));
        Assert.False(document.Matches(document.MrConfigId.Span[..32]));
        Assert.False(document.Matches([]));
    }

    [Theory]
    [InlineData("", "version is missing")]
    [InlineData("version = \"0.1.0\"\n", "algorithm is missing")]
    [InlineData("version = 1\nalgorithm = \"sha256\"\n[data]\n", "version is missing, or not a text")]
    [InlineData("version = \"0.2.0\"\nalgorithm = \"sha256\"\n[data]\n", "version is '0.2.0'; expected '0.1.0'")]
    [InlineData("version = \"0.1.0\"\nalgorithm = \"md5\"\n[data]\n", "algorithm is 'md5'")]
    [InlineData("version = \"0.1.0\"\nalgorithm = \"sha256\"\n", "the table [data] is missing")]
    [InlineData("version = \"0.1.0\"\nalgorithm = \"sha256\"\ndata = 1\n", "the table [data] is missing")]
    [InlineData("version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\nx = 1\n", "data.'x' is not a text")]
    [InlineData("version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\nx.y = \"1\"\n", "data.'x' is not a text")]
    [InlineData("version = \"0.1.0\"\nversion = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n", "not TOML")]
    [InlineData("version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\nx = \"1\"\nx = \"2\"\n", "not TOML")]
    [InlineData("version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n[data]\n", "not TOML")]
    [InlineData("{\"version\": \"0.1.0\"}", "not TOML")]
    [InlineData("version = \"0.1.0", "not TOML")]
    [InlineData("version = \"0.1.0\\", "not TOML")]
    public void Rejects_WhatIsNotADocument(string text, string why) => Rejects(Encoding.UTF8.GetBytes(text), why);

    [Fact]
    public void Rejects_BytesThatAreNotText() => Rejects([0xff, 0xfe], "not UTF-8");

    [Fact]
    public void Rejects_ADocumentOverTheLimits()
    {
        Rejects(new byte[InitDataDocument.MaxLength + 1], "at most 524288");
        Rejects(Encoding.UTF8.GetBytes(Example + string.Concat(Enumerable.Range(0, 256).Select(i => $"\nk{i} = \"\""))), "[data] has 258 entries");
        Rejects(Encoding.UTF8.GetBytes("x = " + new string('[', 400_000)), "not TOML");
        Rejects(Encoding.UTF8.GetBytes("x = " + string.Concat(Enumerable.Repeat("{a=", 100_000))), "not TOML");
        Rejects(Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat(".a", 200_000)) + " = 1\n" + Example), "not TOML");
        Rejects(Encoding.UTF8.GetBytes(Example + "\n[x" + string.Concat(Enumerable.Repeat(".a", 200_000)) + "]\n"), "not TOML");
    }

    [Fact]
    public void Accepts_MembersOfANewerForm()
    {
        var document = InitDataDocument.Parse(Encoding.UTF8.GetBytes("added = [1, {a = 2}]\n" + Example));
        Assert.Equal(2, document.Data.Count);
    }

    [Fact]
    public void RealDocument_HasTheDigestThatItsSourceSays()
    {
        var path = Path.Combine(Repository.Shared ?? "", "data", "tdx", "kbs", "from-repos", "trustee_initdata_simple.toml");
        Assert.SkipUnless(File.Exists(path), "the folder of third-party data is not beside the clone");
        var document = InitDataDocument.Parse(File.ReadAllBytes(path));

        Assert.Equal(["aa.toml", "cdh.toml", "policy.rego"], document.Data.Keys.Order());
        Assert.Equal("df0973f1d4ab240854df02e467d1f30a5aef52b9c126beba333055e346065c8c" + new string('0', 32), Convert.ToHexStringLower(document.MrConfigId.Span));
        Assert.StartsWith("[kbc]\nname = \"cc_kbc\"", document.Data["cdh.toml"], StringComparison.Ordinal);
        Assert.False(document.Matches(File.ReadAllBytes(Path.Combine(Repository.Shared!, "data", "tdx", "quotes", "v4_initdata_00a06d.dat")).AsSpan(48 + 184, 48)));
    }

    [Fact]
    public void Document_WithManyUnknownEscapes_IsRefusedBeforeItIsParsed()
    {
        // Found by fuzzing: the parser kept hundreds of bytes for each byte of such a text.
        Rejects(Encoding.UTF8.GetBytes($"x = \"{string.Concat(Enumerable.Repeat("\\c", 100_000))}\""), "more than 1024 backslashes");
        var patterns = string.Concat(Enumerable.Repeat("\\d", 1_000));
        Assert.Equal(patterns, InitDataDocument.Parse(Encoding.UTF8.GetBytes($"{Example}\ny = '{patterns}'")).Data["y"]);
    }

    [Fact]
    public void Fuzzed_Documents_AreReadOrRefused() => Fuzzing.Run(
        "initdata",
        5000,
        [Encoding.UTF8.GetBytes(Example), Encoding.UTF8.GetBytes("a.b.c = [1, 2.5, 1979-05-27, {d = true}]\n[[t]]\nx = 0x1F\n[t.u]\ny = inf\n" + Example)],
        input =>
        {
            try
            {
                return InitDataDocument.Parse(input).MrConfigId.Length == 48;
            }
            catch (TsfException exception) when (exception.Code == "TSF3330")
            {
                return false;
            }
        },
        bytesPerByte: 256,
        fixedBytes: 4 << 20,
        hashesPerByte: 4_096);

    private static void Rejects(byte[] document, string why)
    {
        var refusal = Assert.Throws<TsfException>(() => InitDataDocument.Parse(document));
        Assert.Equal("TSF3330", refusal.Code);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }
}
