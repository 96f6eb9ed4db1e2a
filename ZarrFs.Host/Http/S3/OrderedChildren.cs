using System.Buffers.Text;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http.S3;

/// <summary>
/// A directory's children in the order of the keys in them: by the bytes of their names, with the slash that follows a directory's. Those whose names
/// are 0, 1, 2 …, which may be millions, are never listed: the next is found by what it is called.
/// </summary>
internal sealed class OrderedChildren
{
    private readonly IFileTree _tree;
    private readonly NodeId _directory;
    private readonly (byte[] Entry, long Index)[] _named;
    private readonly long _firstNumber;
    private readonly long _numbers;
    private readonly bool _numbersAreDirectories;

    public OrderedChildren(IFileTree tree, NodeId directory)
    {
        _tree = tree;
        _directory = directory;
        long count = tree.ChildCount(directory);
        _firstNumber = count;
        Span<byte> name = stackalloc byte[VirtualTree.LongestName];
        if (count > 0)
        {
            Node last = tree.Child(directory, count - 1, name, out int length);
            if (NumberOrder.TryRead(name[..length], out long number) && number < count)
            {
                // They come last, and in order: see the tree.
                Node zero = tree.Child(directory, count - 1 - number, name, out length);
                if (name[..length].SequenceEqual("0"u8) && zero.IsDirectory == last.IsDirectory)
                {
                    _numbers = number + 1;
                    _firstNumber = count - _numbers;
                    _numbersAreDirectories = last.IsDirectory;
                }
            }
        }

        _named = new (byte[], long)[_firstNumber];
        for (long i = 0; i < _firstNumber; i++)
        {
            Node child = tree.Child(directory, i, name, out int length);
            _named[i] = (child.IsDirectory ? [.. name[..length], (byte)'/'] : name[..length].ToArray(), i);
        }

        Array.Sort(_named, static (a, b) => a.Entry.AsSpan().SequenceCompareTo(b.Entry));
    }

    /// <summary>Finds the first child that comes after a text.</summary>
    /// <param name="text">In UTF-8.</param>
    /// <param name="orEqual">Whether a child that is called so will do.</param>
    /// <param name="entry">Its name, with a slash behind a directory's.</param>
    /// <param name="child">What it is.</param>
    public bool TryFindAfter(ReadOnlySpan<byte> text, bool orEqual, out byte[] entry, out Node child)
    {
        int low = 0, high = _named.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            int order = _named[middle].Entry.AsSpan().SequenceCompareTo(text);
            if (order > 0 || (order == 0 && orEqual)) high = middle;
            else low = middle + 1;
        }

        long number = NumberOrder.After(_numbers, _numbersAreDirectories, text, orEqual);
        byte[]? numbered = number < 0 ? null : Entry(number);
        bool isNamed = low < _named.Length && (numbered is null || _named[low].Entry.AsSpan().SequenceCompareTo(numbered) < 0);
        entry = isNamed ? _named[low].Entry : numbered ?? [];
        child = entry.Length == 0 ? default : _tree.Child(_directory, isNamed ? _named[low].Index : _firstNumber + number, new byte[VirtualTree.LongestName], out _);
        return entry.Length > 0;
    }

    private byte[] Entry(long number)
    {
        Span<byte> text = stackalloc byte[24];
        Utf8Formatter.TryFormat(number, text, out int length);
        if (_numbersAreDirectories) text[length++] = (byte)'/';
        return text[..length].ToArray();
    }
}
