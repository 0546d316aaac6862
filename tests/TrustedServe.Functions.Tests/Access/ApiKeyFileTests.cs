using System.Text;
using TrustedServe.Functions.Access;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Access;

public sealed class ApiKeyFileTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Create_keeps_a_hash_in_a_private_file_and_the_key_nowhere()
    {
        var path = directory["keys.json"];
        var keys = Enumerable.Range(0, 3).Select(i => ApiKeyFile.Create(path, $"caller-{i}", ["langid"], [ApiAction.Infer])).ToList();
        Assert.All(keys, key => Assert.Matches("^tsk_[A-Za-z0-9_-]{43}$", key));
        Assert.Equal(3, keys.Distinct().Count());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var text = File.ReadAllText(path);
        Assert.DoesNotContain(keys, text.Contains);
        Assert.All(keys, key => Assert.Contains(ApiKeyFile.HashOf(key), text));
        Assert.Single(Directory.GetFiles(directory.Path));
    }

    [Fact]
    public void Create_rejects_an_id_that_is_there_and_leaves_the_file_as_it_was()
    {
        var path = directory["keys.json"];
        ApiKeyFile.Create(path, "alice", ["*"], [ApiAction.Infer]);
        var before = File.ReadAllBytes(path);
        Assert.Equal("TSF0011", Assert.Throws<TsfException>(() => ApiKeyFile.Create(path, "alice", ["*"], [ApiAction.Infer])).Code);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void Parse_reports_every_problem()
    {
        const string Text = """
            {"formatVersion":2,"keys":[
              {"id":"a b","hash":"00","models":["*"],"actions":["infer"]},
              {"id":"c","hash":"0000000000000000000000000000000000000000000000000000000000000000","models":[],"actions":[]},
              {"id":"c","hash":"0000000000000000000000000000000000000000000000000000000000000000","models":["*"],"actions":["metadata"]}]}
            """;
        var message = Assert.Throws<TsfException>(() => ApiKeyDocument.Parse(Encoding.UTF8.GetBytes(Text), "keys.json")).Message;
        Assert.All(["formatVersion 2", "'c' stands there twice", "an id is not", "the hash of 'a b'", "'c' names no model", "'c' has no action"], problem => Assert.Contains(problem, message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"formatVersion":1,"keys":[],"more":1}""")]
    [InlineData("""{"formatVersion":1,"keys":[{"id":"a","hash":"0000000000000000000000000000000000000000000000000000000000000000","models":["*"],"actions":["admin"]}]}""")]
    [InlineData("""{"formatVersion":1,"formatVersion":1,"keys":[]}""")]
    [InlineData("""{"formatVersion":1,"keys":null}""")]
    [InlineData("""{"formatVersion":1,"keys":[null]}""")]
    [InlineData("""{"formatVersion":1,"keys":[{"id":"a","hash":"0000000000000000000000000000000000000000000000000000000000000000","models":[null],"actions":["infer"]}]}""")]
    [InlineData("""{"formatVersion":1,"keys":[{"id":"a","hash":"0000000000000000000000000000000000000000000000000000000000000000","models":["*"],"actions":[null]}]}""")]
    public void Parse_rejects_what_is_no_file_of_keys(string text) =>
        Assert.Equal("TSF0011", Assert.Throws<TsfException>(() => ApiKeyDocument.Parse(Encoding.UTF8.GetBytes(text), "keys.json")).Code);

    [Fact]
    public void Ring_finds_each_key_and_no_other()
    {
        var path = directory["keys.json"];
        var keys = Enumerable.Range(0, 20).Select(i => ApiKeyFile.Create(path, $"caller-{i}", ["*"], [ApiAction.Infer])).ToList();
        var ring = new ApiKeyRing(ApiKeyDocument.Parse(File.ReadAllBytes(path), path));
        Assert.All(keys.Index(), key => Assert.Equal($"caller-{key.Index}", ring.Find(key.Item, DateTimeOffset.UnixEpoch)?.Id));
        Assert.All(["", "tsk_", keys[0][..^1], keys[0] + "A", new string('x', 5000)], other => Assert.Null(ring.Find(other, DateTimeOffset.UnixEpoch)));
    }
}
