using System.Text;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Mount;

/// <summary>Answers LISTXATTR and GETXATTR: where a file comes from, for <c>getfattr -d</c>.</summary>
internal sealed class ExtendedAttributes
{
    private readonly Func<Node, IReadOnlyList<(string Name, byte[] Value)>> _source;

    /// <param name="source">The attributes of a node, their names with the <c>user.</c> prefix.</param>
    public ExtendedAttributes(Func<Node, IReadOnlyList<(string Name, byte[] Value)>> source) => _source = source;

    /// <summary>The names of a node's attributes, each closed by a zero byte.</summary>
    public byte[] List(in Node node)
    {
        var names = new StringBuilder();
        foreach ((string name, _) in _source(node)) names.Append(name).Append('\0');
        return Encoding.UTF8.GetBytes(names.ToString());
    }

    /// <summary>The value of one attribute; null if the node has none of that name.</summary>
    public byte[]? Find(in Node node, ReadOnlySpan<byte> name)
    {
        string wanted = Encoding.UTF8.GetString(name);
        foreach ((string candidate, byte[] value) in _source(node))
        {
            if (candidate == wanted) return value;
        }

        return null;
    }

    /// <summary>Replies as both requests want it: with the length if room 0 is offered, ERANGE if the room is too small.</summary>
    public static void Reply(FuseDevice device, ulong unique, ReadOnlySpan<byte> value, uint room)
    {
        if (room == 0) device.Reply(unique, new FuseXAttrSize { Size = (uint)value.Length });
        else if (value.Length > room) device.Reply(unique, Errno.ERANGE);
        else device.Reply(unique, value);
    }
}
