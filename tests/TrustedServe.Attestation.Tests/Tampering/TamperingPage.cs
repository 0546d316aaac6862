using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tampering;

/// <summary>The page that names, for each way to tamper with evidence, the tests that show its refusal; and whether what it names is there.</summary>
internal sealed partial class TamperingPage(IReadOnlyList<TamperingRow> rows)
{
    /// <summary>What the page calls a row of a theory that expects no failing step.</summary>
    private const string Accepted = "accepted";

    public IReadOnlyList<TamperingRow> Rows => rows;

    public static TamperingPage Read()
    {
        var read = new List<TamperingRow>();
        var section = "";
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "tests", "TrustedServe.Attestation.Tests", "TAMPERING.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                section = line[3..];
            }
            else if (Cells(line) is [var name, var expected, var tests])
            {
                read.Add(new TamperingRow(section, name, expected, [.. TestForm().Matches(tests).Select(Test)]));
            }
        }

        return new TamperingPage(read);
    }

    /// <summary>The cells of a line of a table; none for its head and for other lines.</summary>
    public static string[] Cells(string line) => line.StartsWith("| ", StringComparison.Ordinal) && !HeadForm().IsMatch(line)
        ? [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())]
        : [];

    /// <summary>What is wrong with the names of tests of a project, seen from its assembly.</summary>
    public IEnumerable<string> ProblemsOf(string project, Assembly assembly) =>
        from row in Rows
        from test in row.Tests
        where test.Project == project
        from problem in ProblemsOf(row, test, assembly)
        select $"{row.Section}, {row.Name}: {test.Class}.{test.Method}{problem}";

    private static IEnumerable<string> ProblemsOf(TamperingRow row, TamperingTest test, Assembly assembly)
    {
        var method = assembly.GetTypes().Where(type => type.IsPublic && type.Name == test.Class).Select(type => type.GetMethod(test.Method)).OfType<MethodInfo>().FirstOrDefault();
        if (method?.GetCustomAttribute<FactAttribute>() is not { Skip: null })
        {
            yield return " is no test that runs";
            yield break;
        }

        var data = Data(method);
        foreach (var name in test.Cases)
        {
            var found = data.Where(values => Shown(values).Contains($", {name}, ", StringComparison.Ordinal)).ToList();
            if (found.Count == 0)
            {
                yield return $" has no case '{name}'";
            }

            foreach (var step in found.SelectMany(values => Steps(method, values)).Distinct().Where(step => !row.Expected.Split(", ").Contains(step)))
            {
                yield return $" expects {step} of the case '{name}', the page {row.Expected}";
            }
        }
    }

    private static List<object?[]> Data(MethodInfo method)
    {
        List<object?[]> data = [.. method.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data)];
        foreach (var member in method.GetCustomAttributes<MemberDataAttribute>())
        {
            var source = method.DeclaringType!.GetMember(member.MemberName).Single();
            var given = source is PropertyInfo property ? property.GetValue(null) : ((MethodInfo)source).Invoke(null, null);
            data.AddRange(((IEnumerable<ITheoryDataRow>)given!).Select(row => row.GetData()));
        }

        return data;
    }

    private static string Shown(object?[] values) => $", {string.Join(", ", values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)))}, ";

    private static IEnumerable<string> Steps(MethodInfo method, object?[] values) => method.GetParameters().Zip(values)
        .Where(pair => (Nullable.GetUnderlyingType(pair.First.ParameterType) ?? pair.First.ParameterType).Name == "TdxStep")
        .Select(pair => pair.Second?.ToString() ?? Accepted);

    private static TamperingTest Test(Match match) => new(
        match.Groups["project"] is { Success: true } project ? project.Value : "Attestation",
        match.Groups["class"].Value,
        match.Groups["method"].Value,
        match.Groups["cases"].Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    [GeneratedRegex(@"`(?:(?<project>\w+)/)?(?<class>\w+)\.(?<method>\w+)(?:\((?<cases>[^)`]*)\))?`")]
    private static partial Regex TestForm();

    [GeneratedRegex(@"^\|(-+\||\s*(row|mutation|case|quote)\s*\|)")]
    private static partial Regex HeadForm();
}
