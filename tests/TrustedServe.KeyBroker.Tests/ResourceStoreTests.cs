using CsCheck;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Testing;

namespace TrustedServe.KeyBroker.Tests;

public sealed class ResourceStoreTests
{
    /// <summary>How often a race is run: what is wrong once in a hundred times shows.</summary>
    private const int Rounds = 200;

    private static readonly KeyId A = KeyId.Parse("kbs:///models/a/v1");
    private static readonly KeyId B = KeyId.Parse("kbs:///models/b/v1");

    [Fact]
    public void Put_get_list_and_delete()
    {
        using var folder = new TemporaryDirectory();
        using var store = ResourceStore.Open(folder["broker"]);
        Assert.Null(store.Get(A));
        store.Put(B, "second"u8);
        store.Put(A, "first"u8);
        store.Put(A, "newer"u8);

        using (var resource = store.Get(A))
        {
            Assert.True(resource!.Span.SequenceEqual("newer"u8));
        }

        Assert.Equal([A, B], store.List());
        Assert.True(store.Delete(A));
        Assert.False(store.Delete(A));
        Assert.Equal([B], store.List());
    }

    [Fact]
    public void Any_bytes_come_back_and_never_stand_in_the_file()
    {
        using var folder = new TemporaryDirectory();
        using var store = ResourceStore.Open(folder["broker"]);
        Gen.Byte.Array[16, 4096].Sample(
            bytes =>
            {
                store.Put(A, bytes);
                using var read = store.Get(A);
                return read!.Span.SequenceEqual(bytes) && File.ReadAllBytes(FileOf(folder, A)).AsSpan().IndexOf(bytes.AsSpan(0, 16)) < 0;
            },
            iter: 50,
            threads: 1);
    }

    [Fact]
    public void Files_belong_to_their_owner_alone()
    {
        using var folder = new TemporaryDirectory();
        using var store = ResourceStore.Open(folder["broker"]);
        store.Put(A, "secret"u8);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder["broker"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["broker", "root.key"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FileOf(folder, A)));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    [InlineData(UnixFileMode.SetUser)]
    public void Rejects_root_key_of_wider_mode(UnixFileMode extra)
    {
        using var folder = new TemporaryDirectory();
        ResourceStore.Open(folder["broker"]).Dispose();
        File.SetUnixFileMode(folder["broker", "root.key"], UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);

        Refused(TsfErrors.UnsafeKeyFile, () => ResourceStore.Open(folder["broker"]));
    }

    [Fact]
    public void Rejects_root_key_that_is_a_link_or_of_wrong_length()
    {
        using var folder = new TemporaryDirectory();
        ResourceStore.Open(folder["broker"]).Dispose();
        File.Move(folder["broker", "root.key"], folder["elsewhere"]);
        File.CreateSymbolicLink(folder["broker", "root.key"], folder["elsewhere"]);
        Refused(TsfErrors.UnsafeKeyFile, () => ResourceStore.Open(folder["broker"]));

        File.Delete(folder["broker", "root.key"]);
        File.CreateSymbolicLink(folder["broker", "root.key"], folder["nowhere"]);
        Assert.ThrowsAny<Exception>(() => ResourceStore.Open(folder["broker"]));

        File.Delete(folder["broker", "root.key"]);
        File.WriteAllBytes(folder["broker", "root.key"], new byte[31]);
        File.SetUnixFileMode(folder["broker", "root.key"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Refused(TsfErrors.ResourceDamaged, () => ResourceStore.Open(folder["broker"]));
    }

    [Fact]
    public void Rejects_folder_in_which_others_may_write()
    {
        using var folder = new TemporaryDirectory();
        ResourceStore.Open(folder["broker"]).Dispose();
        File.SetUnixFileMode(folder["broker"], File.GetUnixFileMode(folder["broker"]) | UnixFileMode.GroupWrite);
        Refused(TsfErrors.UnsafeKeyFile, () => ResourceStore.Open(folder["broker"]));
    }

    [Fact]
    public void Rejects_files_that_changed_places()
    {
        using var folder = new TemporaryDirectory();
        using var store = ResourceStore.Open(folder["broker"]);
        store.Put(A, "first"u8);
        store.Put(B, "other"u8);
        File.Copy(FileOf(folder, B), FileOf(folder, A), overwrite: true);

        Refused(TsfErrors.ResourceDamaged, () => store.Get(A));
    }

    [Fact]
    public void Rejects_file_with_any_byte_flipped_or_cut_at_any_length()
    {
        using var folder = new TemporaryDirectory();
        using var store = ResourceStore.Open(folder["broker"]);
        store.Put(A, "a secret of some length"u8);
        var good = File.ReadAllBytes(FileOf(folder, A));
        for (var i = 0; i < good.Length; i++)
        {
            var flipped = (byte[])good.Clone();
            flipped[i] ^= 0x40;
            File.WriteAllBytes(FileOf(folder, A), flipped);
            Refused(TsfErrors.ResourceDamaged, () => store.Get(A));

            File.WriteAllBytes(FileOf(folder, A), good[..i]);
            Refused(TsfErrors.ResourceDamaged, () => store.Get(A));
        }
    }

    [Fact]
    public void Rejects_resource_of_another_root_key()
    {
        using var folder = new TemporaryDirectory();
        using var first = ResourceStore.Open(folder["first"]);
        using var second = ResourceStore.Open(folder["second"]);
        first.Put(A, "secret"u8);
        File.Copy(Path.Combine(folder["first", "resources"], "models~a~v1.sealed"), Path.Combine(folder["second", "resources"], "models~a~v1.sealed"));
        Refused(TsfErrors.ResourceDamaged, () => second.Get(A));
    }

    [Fact]
    public void Rejects_empty_and_too_large_resources()
    {
        using var folder = new TemporaryDirectory();
        using var store = ResourceStore.Open(folder["broker"]);
        Refused(TsfErrors.ResourceTooLarge, () => store.Put(A, []));
        Refused(TsfErrors.ResourceTooLarge, () => store.Put(A, new byte[(1 << 20) + 1]));
        store.Put(A, new byte[1 << 20]);

        using (var file = File.OpenWrite(FileOf(folder, A)))
        {
            file.SetLength(10_000_000);
        }

        Refused(TsfErrors.ResourceDamaged, () => store.Get(A));
    }

    [Fact]
    public void Leftovers_of_killed_writers_are_swept_and_foreign_files_are_passed_over()
    {
        using var folder = new TemporaryDirectory();
        ResourceStore.Open(folder["broker"]).Dispose();
        File.WriteAllText(folder["broker", "resources", ".0123.tmp"], "left behind");
        File.WriteAllText(folder["broker", "resources", "not a resource.sealed"], "");
        File.WriteAllText(folder["broker", "resources", "notes.txt"], "");
        File.SetLastWriteTimeUtc(folder["broker", "resources", ".0123.tmp"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.WriteAllText(folder["broker", "resources", ".4567.tmp"], "being written");

        using var store = ResourceStore.Open(folder["broker"]);

        Assert.Empty(store.List());
        Assert.False(File.Exists(folder["broker", "resources", ".0123.tmp"]));
        Assert.True(File.Exists(folder["broker", "resources", ".4567.tmp"]));
    }

    [Fact]
    public async Task First_use_by_many_at_once_makes_one_root_key()
    {
        using var folder = new TemporaryDirectory();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
        {
            using var store = ResourceStore.Open(folder["broker"]);
            store.Put(KeyId.Parse($"kbs:///many/writers/n{i}"), [(byte)i]);
        })));

        using var store = ResourceStore.Open(folder["broker"]);
        Assert.Equal(16, store.List().Count);
        foreach (var id in store.List())
        {
            using var resource = store.Get(id);
            Assert.Equal($"n{resource!.Span[0]}", id.Tag);
        }
    }

    [Fact]
    public void Of_many_at_first_use_one_makes_the_root_key_and_all_have_it()
    {
        for (var round = 0; round < Rounds; round++)
        {
            using var folder = new TemporaryDirectory();
            var keys = AtOnce(_ =>
            {
                using var key = RootKey.Load(folder["broker"]);
                return Convert.ToHexString(key.Span);
            });
            Assert.Single(keys.Distinct());
        }
    }

    [Fact]
    public void Of_many_that_put_a_new_resource_at_once_one_succeeds_and_its_stays()
    {
        using var folder = new TemporaryDirectory();
        using var store = ResourceStore.Open(folder["broker"]);
        for (var round = 0; round < Rounds; round++)
        {
            var id = KeyId.Parse($"kbs:///models/a/v{round}");
            var succeeded = AtOnce(writer => store.PutNew(id, [(byte)writer]));
            Assert.Single(succeeded, true);
            using var kept = store.Get(id);
            Assert.True(succeeded[kept!.Span[0]]);
        }

        Assert.Empty(Directory.GetFiles(folder["broker", "resources"], ".*"));
    }

    private static T[] AtOnce<T>(Func<int, T> action)
    {
        var results = new T[8];
        using var start = new Barrier(results.Length);
        var threads = Enumerable.Range(0, results.Length).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            results[i] = action(i);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return results;
    }

    private static string FileOf(TemporaryDirectory folder, KeyId id) => folder["broker", "resources", $"{id.Repository}~{id.Type}~{id.Tag}.sealed"];

    private static void Refused(ErrorCode error, Action action) => Assert.Equal(error, Assert.Throws<TsfException>(action).Error);

    private static void Refused(ErrorCode error, Func<object?> action) => Assert.Equal(error, Assert.Throws<TsfException>(action).Error);
}
