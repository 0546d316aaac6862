using System.Globalization;
using TrustedServe.Kubernetes.Description.Yaml;

namespace TrustedServe.Kubernetes.Description;

/// <summary>Takes the members out of one mapping; those that nobody takes are problems.</summary>
internal sealed class MapReader
{
    private const int MaxItems = 256;
    private readonly DescriptionProblems problems;
    private readonly YamlMap map;
    private readonly string path;
    private readonly List<string> known = [];

    /// <summary>Begins with a mapping.</summary>
    public MapReader(YamlMap map, string path, DescriptionProblems problems) => (this.map, this.path, this.problems) = (map, path, problems);

    /// <summary>Whether a member is there.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>A text; null where there is none.</summary>
    public string? Text(string key, Func<string, bool> accepts, string rule, bool unsaid = false) =>
        Scalar(key, rule) is { } scalar ? Accepted(scalar, key, accepts, rule, unsaid) : null;

    /// <summary>A text that must be there; empty when it is not, which is a problem.</summary>
    public string Required(string key, Func<string, bool> accepts, string rule, bool unsaid = false)
    {
        Demand(key, rule);
        return Text(key, accepts, rule, unsaid) ?? string.Empty;
    }

    /// <summary>A whole number.</summary>
    public int Integer(string key, int instead, int least, int greatest)
    {
        var rule = string.Create(CultureInfo.InvariantCulture, $"must be a whole number, {least} to {greatest}");
        return Scalar(key, rule) is not { } scalar ? instead
            : scalar.IsPlain && int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= greatest
                ? value
                : Refuse(scalar, key, rule, instead);
    }

    /// <summary>A number that may have a fraction.</summary>
    public decimal Number(string key, decimal instead, decimal greatest)
    {
        var rule = string.Create(CultureInfo.InvariantCulture, $"must be a number above 0, at most {greatest}");
        return Scalar(key, rule) is not { } scalar ? instead
            : scalar.IsPlain && scalar.Text.Length <= 16
                && decimal.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0 && value <= greatest
                ? value
                : Refuse(scalar, key, rule, instead);
    }

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool instead)
    {
        const string Rule = "must be true or false";
        return Scalar(key, Rule) is not { } scalar ? instead
            : scalar is { IsPlain: true, Text: "true" or "false" } ? scalar.Text == "true" : Refuse(scalar, key, Rule, instead);
    }

    /// <summary>A size of memory.</summary>
    public MemorySize Memory(string key, MemorySize? instead)
    {
        const string Rule = "must be a size such as 512Mi or 64Gi";
        if (instead is null)
        {
            Demand(key, Rule);
        }

        return Scalar(key, Rule) is not { } scalar ? instead.GetValueOrDefault(new(1))
            : MemorySize.TryParse(scalar.Text) ?? Refuse(scalar, key, Rule, instead.GetValueOrDefault(new(1)));
    }

    /// <summary>One of a list of names.</summary>
    public T Choice<T>(string key, T instead, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        var rule = "must be ";
        for (var i = 0; i < choices.Length; i++)
        {
            rule += (i == 0 ? "" : i == choices.Length - 1 ? " or " : ", ") + choices[i].Name;
        }

        if (Scalar(key, rule) is not { } scalar)
        {
            return instead;
        }

        foreach (var (name, value) in choices)
        {
            if (name == scalar.Text)
            {
                return value;
            }
        }

        return Refuse(scalar, key, rule, instead);
    }

    /// <summary>A list of texts; null where there is none.</summary>
    public IReadOnlyList<string>? Texts(string key, Func<string, bool> accepts, string rule, bool required = false)
    {
        var listRule = $"must be a list of 1 to {MaxItems}, each of which {rule}";
        if (required)
        {
            Demand(key, listRule);
        }

        if (Items(key, listRule) is not { } items)
        {
            return null;
        }

        var texts = new List<string>();
        foreach (var (item, place) in items)
        {
            if (item is YamlScalar scalar && accepts(scalar.Text))
            {
                texts.Add(scalar.Text);
            }
            else
            {
                problems.Add(item.Place, place, (item as YamlScalar)?.Text, $"each {rule}");
            }
        }

        return texts;
    }

    /// <summary>A list of mappings; empty when it is missing, which is a problem.</summary>
    public IReadOnlyList<T> Sections<T>(string key, Func<MapReader, T> read)
    {
        const string Rule = "must be a list of 1 to 256 mappings";
        Demand(key, Rule);
        return [.. (Items(key, Rule) ?? []).Select(item => Read(item.Node, item.Path, read)).Where(section => section is not null).Select(section => section!)];
    }

    /// <summary>A mapping; the default where there is none.</summary>
    public T? Section<T>(string key, Func<MapReader, T> read, bool required = false)
    {
        if (required)
        {
            Demand(key, "must be there, a mapping");
        }

        return Find(key) is { } node ? Read(node, DescriptionProblems.Join(path, key), read) : default;
    }

    /// <summary>Adds a problem that concerns a member, or the mapping when it is not there.</summary>
    public void Report(string key, string rule) => problems.Add(Find(key)?.Place ?? map.Place, DescriptionProblems.Join(path, key), (Find(key) as YamlScalar)?.Text, rule);

    /// <summary>Reads one mapping to its end.</summary>
    public static T? Read<T>(YamlNode node, string path, DescriptionProblems problems, Func<MapReader, T> read)
    {
        if (node is not YamlMap map)
        {
            problems.Add(node.Place, path.Length == 0 ? "the document" : path, (node as YamlScalar)?.Text, "must be a mapping");
            return default;
        }

        var reader = new MapReader(map, path, problems);
        var result = read(reader);
        reader.Close();
        return result;
    }

    private T? Read<T>(YamlNode node, string name, Func<MapReader, T> read) => Read(node, name, problems, read);

    private void Close()
    {
        foreach (var (key, _) in map.Members)
        {
            if (!known.Contains(key.Text))
            {
                // The value stays unsaid: it may be a secret behind a misspelt name.
                problems.Add(key.Place, DescriptionProblems.Join(path, key.Text), null, $"there is no such member; there are {string.Join(", ", known)}");
            }
        }
    }

    private YamlNode? Find(string key)
    {
        if (!known.Contains(key))
        {
            known.Add(key);
        }

        return map.Members.FirstOrDefault(member => member.Key.Text == key).Value;
    }

    private void Demand(string key, string rule)
    {
        if (Find(key) is null)
        {
            problems.Add(map.Place, DescriptionProblems.Join(path, key), null, $"is missing: {rule}");
        }
    }

    private YamlScalar? Scalar(string key, string rule)
    {
        var node = Find(key);
        if (node is YamlScalar { IsNull: false } scalar)
        {
            return scalar;
        }

        if (node is not null)
        {
            problems.Add(node.Place, DescriptionProblems.Join(path, key), null, $"{rule}; {(node is YamlScalar ? "nothing" : node.Kind)} stands there");
        }

        return null;
    }

    private IReadOnlyList<(YamlNode Node, string Path)>? Items(string key, string rule)
    {
        var node = Find(key);
        if (node is YamlList { Items.Count: > 0 and <= MaxItems } list)
        {
            return [.. list.Items.Select((item, index) => (item, $"{DescriptionProblems.Join(path, key)}[{index}]"))];
        }

        if (node is not null)
        {
            problems.Add(node.Place, DescriptionProblems.Join(path, key), (node as YamlScalar)?.Text, rule);
        }

        return null;
    }

    private string? Accepted(YamlScalar scalar, string key, Func<string, bool> accepts, string rule, bool unsaid)
    {
        if (accepts(scalar.Text))
        {
            return scalar.Text;
        }

        problems.Add(scalar.Place, DescriptionProblems.Join(path, key), unsaid ? null : scalar.Text, rule);
        return null;
    }

    private T Refuse<T>(YamlScalar scalar, string key, string rule, T instead)
    {
        problems.Add(scalar.Place, DescriptionProblems.Join(path, key), scalar.Text, rule);
        return instead;
    }
}
