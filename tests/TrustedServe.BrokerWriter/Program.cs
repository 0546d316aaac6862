using System.Globalization;
using TrustedServe.BrokerWriter;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.KeyBroker.Tokens;
using Version = TrustedServe.BrokerWriter.Version;

// Writes resources into a broker's folder and changes its signing key until it is killed, or standard input ends. A line on
// standard output acknowledges each write after it has returned:
//   put VERSION
//   key ID
var folder = args[0];
var version = long.Parse(args[1], CultureInfo.InvariantCulture);
using var rootKey = RootKey.Load(folder);
using var store = ResourceStore.Open(folder);
using var keys = new SigningKeyRing(folder, rootKey, TimeSpan.FromDays(30), new FrozenTime());
using var output = Console.OpenStandardOutput();
var input = Task.Run(() => Console.In.ReadToEnd());
while (!input.IsCompleted)
{
    version++;
    store.Put(Version.IdOf(version), Version.Content(version));
    Say($"put {version}");
    if (version % 16 == 0)
    {
        Say($"key {keys.Rotate()}");
    }
}

// One write call a line: what the reader gets is whole lines, however the process ends.
void Say(FormattableString line) => output.Write(System.Text.Encoding.ASCII.GetBytes(FormattableString.Invariant(line) + "\n"));
