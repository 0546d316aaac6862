using CsCheck;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

public sealed class DirectoryStoreTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    private IModelStore Store => ModelStores.Open(temporary["store"]);

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task First_version_becomes_the_default_and_later_ones_only_when_asked()
    {
        Assert.Equal(new StoreEntry("sample", "1.2", "sample/1.2.tsealed", true), await Store.AddAsync(await SealAsync("1.2"), false, default));
        Assert.False((await Store.AddAsync(await SealAsync("1.10"), false, default)).IsDefault);
        Assert.True((await Store.AddAsync(await SealAsync("1.3"), true, default)).IsDefault);
        var index = await Store.ReadIndexAsync(default);
        Assert.Equal(["1.2", "1.3", "1.10"], index.Entries.Select(entry => entry.Version));
        Assert.Equal("1.3", index.Entries.Single(entry => entry.IsDefault).Version);
    }

    [Fact]
    public async Task Opened_version_is_the_file_that_was_added()
    {
        var file = await SealAsync("1");
        await Store.AddAsync(file, false, default);
        await using var source = await Store.OpenAsync("sample", "1", default);
        var bytes = new byte[source.Length];
        await source.ReadAsync(0, bytes, default);
        Assert.Equal(File.ReadAllBytes(file), bytes);
        Assert.Equal("1", (await SealedPackage.OpenAsync(source, default)).Envelope.Version);
    }

    [Fact]
    public async Task Same_file_may_be_added_again_other_content_may_not()
    {
        var file = await SealAsync("1");
        await Store.AddAsync(file, false, default);
        await Store.AddAsync(file, false, default);
        await Refusals.ExpectAsync("TSF2004", async () => await Store.AddAsync(await SealAsync("1", "again"), false, default));
        await Refusals.ExpectAsync("TSF2004", async () => await Store.AddAsync(await SealAsync("1.0"), false, default));
    }

    [Fact]
    public async Task Writers_at_once_lose_nothing()
    {
        var files = await Task.WhenAll(Enumerable.Range(1, 12).Select(version => SealAsync($"{version}")));
        await Task.WhenAll(files.Select(file => Task.Run(() => Store.AddAsync(file, false, default))));
        Assert.Equal(12, (await Store.ReadIndexAsync(default)).Entries.Count);
        Assert.Single((await Store.ReadIndexAsync(default)).Entries, entry => entry.IsDefault);
        Assert.DoesNotContain(Directory.GetFiles(temporary["store"], "*", SearchOption.AllDirectories), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unknown_model_and_version_are_told_apart()
    {
        await Store.AddAsync(await SealAsync("1"), false, default);
        await Refusals.ExpectAsync("TSF4003", () => Store.OpenAsync("other", "1", default));
        await Refusals.ExpectAsync("TSF4004", () => Store.OpenAsync("sample", "2", default));
    }

    [Fact]
    public async Task Missing_blob_and_missing_store_are_refused()
    {
        await Store.AddAsync(await SealAsync("1"), false, default);
        File.Delete(temporary["store", "sample", "1.tsealed"]);
        await Refusals.ExpectAsync("TSF2005", () => Store.OpenAsync("sample", "1", default));
        await Refusals.ExpectAsync("TSF2002", () => ModelStores.Open(temporary["nothing"]).ReadIndexAsync(default));
    }

    [Fact]
    public async Task Links_in_the_store_are_refused()
    {
        await Store.AddAsync(await SealAsync("1"), false, default);
        var blob = temporary["store", "sample", "1.tsealed"];
        File.Move(blob, temporary["outside"]);
        File.CreateSymbolicLink(blob, temporary["outside"]);
        await Refusals.ExpectAsync("TSF2008", () => Store.OpenAsync("sample", "1", default));

        Directory.Move(temporary["store", "sample"], temporary["elsewhere"]);
        Directory.CreateSymbolicLink(temporary["store", "sample"], temporary["elsewhere"]);
        await Refusals.ExpectAsync("TSF2008", () => Store.OpenAsync("sample", "1", default));
    }

    [Theory]
    [InlineData("../1.tsealed")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData(".hidden")]
    [InlineData("a//b")]
    [InlineData("a\\\\b")]
    [InlineData("")]
    public async Task Rejects_index_with_escaping_blob(string blob) =>
        await RejectsIndex("""{"formatVersion":1,"models":{"m":{"default":"1","versions":{"1":{"blob":"BLOB"}}}}}""".Replace("BLOB", blob));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"formatVersion":2,"models":{}}""")]
    [InlineData("""{"formatVersion":1}""")]
    [InlineData("""{"formatVersion":1,"models":{"m":null}}""")]
    [InlineData("""{"formatVersion":1,"models":{"m":{"default":"2","versions":{"1":{"blob":"a"}}}}}""")]
    [InlineData("""{"formatVersion":1,"models":{"m":{"default":"1","versions":{"1":{"blob":"a"},"1.0":{"blob":"b"}}}}}""")]
    [InlineData("""{"formatVersion":1,"models":{"m":{"default":"1","versions":{"1":null}}}}""")]
    [InlineData("""{"formatVersion":1,"models":{"m/x":{"default":"1","versions":{"1":{"blob":"a"}}}}}""")]
    [InlineData("""{"formatVersion":1,"models":{"m":{"default":"x","versions":{"x":{"blob":"a"}}}}}""")]
    [InlineData("""{"formatVersion":1,"models":{},"models":{}}""")]
    public async Task Rejects_index(string json) => await RejectsIndex(json);

    [Fact]
    public void Damaged_index_is_read_or_refused_with_a_code()
    {
        var valid = """{"formatVersion":1,"models":{"m":{"default":"1","versions":{"1":{"blob":"a/1"},"2":{"blob":"a/2"}}}}}"""u8.ToArray();
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte).Sample((place, value) =>
        {
            var changed = valid.ToArray();
            changed[place] = value;
            try
            {
                StoreIndexDocument.Parse(changed, "memory").ToIndex();
            }
            catch (Protocol.Errors.TsfException failure)
            {
                Assert.Equal("TSF2003", failure.Code);
            }
        }, iter: 20_000);
    }

    [Fact]
    public async Task File_that_changes_while_open_is_refused()
    {
        await Store.AddAsync(await SealAsync("1"), false, default);
        await using var source = await Store.OpenAsync("sample", "1", default);
        var path = temporary["store", "sample", "1.tsealed"];
        var buffer = new byte[10];
        await source.ReadAsync(0, buffer, default);
        File.AppendAllText(path, "x");
        await Refusals.ExpectAsync("TSF2006", async () => await source.ReadAsync(0, buffer, default));
    }

    [Fact]
    public async Task Replaced_file_is_read_to_its_end_as_it_was()
    {
        await Store.AddAsync(await SealAsync("1"), false, default);
        await using var source = await Store.OpenAsync("sample", "1", default);
        var path = temporary["store", "sample", "1.tsealed"];
        var before = File.ReadAllBytes(path);
        File.WriteAllText(temporary["new"], "something else");
        File.Move(temporary["new"], path, overwrite: true);
        var buffer = new byte[source.Length];
        await source.ReadAsync(0, buffer, default);
        Assert.Equal(before, buffer);
    }

    [Theory]
    [InlineData("ftp://host.invalid/container")]
    [InlineData("http://host.invalid/container")]
    [InlineData("https://host.invalid/")]
    [InlineData("https://host.invalid/container?sig=x")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/models")]
    [InlineData("")]
    public void Rejects_location(string location) => Refusals.Expect("TSF2001", () => ModelStores.Open(location));

    [Fact]
    public void Rejects_connection_string_of_another_account() => Refusals.Expect(
        "TSF2001",
        () => ModelStores.Open("https://one.blob.core.windows.net/models", "DefaultEndpointsProtocol=https;AccountName=two;AccountKey=AAAA;EndpointSuffix=core.windows.net"));

    private async Task RejectsIndex(string json)
    {
        Directory.CreateDirectory(temporary["store"]);
        File.WriteAllText(temporary["store", "index.json"], json);
        await Refusals.ExpectAsync("TSF2003", () => Store.ReadIndexAsync(default));
    }

    private async Task<string> SealAsync(string version, string tag = "")
    {
        var package = SamplePackage.Create(temporary[$"package-{version}-{tag}"], 100, 0, version);
        using var record = SamplePackage.Record(package, "0");
        var file = temporary[$"{version}-{tag}.tsealed"];
        await SamplePackage.SealAsync(package.Location, file, record);
        return file;
    }
}
