/// Words that mean nothing to anybody's business: no countries, brands or people.
enum CodeNameWords {
    static let all = """
        kestrel heron osprey plover curlew lapwing sandpiper kingfisher nuthatch goldcrest siskin linnet redstart
        wheatear fieldfare redwing waxwing dunnock wagtail pipit skylark nightjar woodpecker firecrest bullfinch
        greenfinch chaffinch brambling crossbill hawfinch bunting starling oriole hoopoe bittern egret stork spoonbill
        avocet dunlin turnstone sanderling whimbrel godwit woodcock redshank greenshank phalarope guillemot razorbill
        gannet fulmar petrel shearwater cormorant grebe eider goldeneye pochard wigeon gadwall shoveler pintail
        garganey merganser goosander shelduck buzzard goshawk swallow albatross
        agate basalt calcite citrine dolomite feldspar flint fluorite gneiss granite gypsum hematite limestone
        magnetite malachite marble mica obsidian olivine onyx peridot pumice pyrite quartz sandstone schist slate
        spinel sunstone moonstone topaz tourmaline travertine zircon lodestone pebble boulder gravel shale chert
        amethyst aquamarine
        brook tarn rapids cascade estuary lagoon delta inlet cove headland moorland meadow copse thicket glade valley
        ridge plateau mesa canyon gorge ravine gully foothill saddle crag outcrop scree moraine glacier snowfield
        icefall tundra prairie savanna dune oasis shoal sandbar atoll upland marsh wetland floodplain oxbow meander
        riverbed headwater waterfall geyser harbour breakwater causeway towpath millpond millrace sluice weir
        footbridge viaduct aqueduct
        breeze zephyr squall drizzle rainbow thunder lightning hailstone snowdrift hoarfrost icicle sunbeam moonlight
        starlight twilight daybreak sunrise sunset solstice equinox zenith horizon nebula quasar pulsar comet meteor
        eclipse perihelion aphelion parallax azimuth cirrus cumulus stratus
        alder aspen birch cedar chestnut cypress hawthorn hornbeam juniper larch maple poplar spruce sycamore walnut
        blackthorn buckthorn gorse bracken clover thistle foxglove bluebell snowdrop primrose cowslip buttercup
        celandine campion teasel yarrow tansy sorrel comfrey bergamot chamomile marjoram tarragon thyme saffron
        cardamom coriander fennel caraway anise nutmeg cinnamon turmeric sesame barley millet buckwheat sorghum lupin
        lavender gentian anemone peony magnolia hydrangea wisteria honeysuckle hyacinth crocus mulberry quince damson
        medlar elderberry cranberry bilberry cloudberry gooseberry currant hazelnut almond acorn pinecone driftwood
        bamboo rosewood teak
        badger beaver otter stoat hedgehog dormouse squirrel roebuck ibex chamois antelope gazelle oryx bison caribou
        moose reindeer lynx ocelot marmot porcupine tapir okapi alpaca vicuna tortoise terrapin gecko salamander
        dolphin porpoise narwhal manatee walrus seahorse starfish nautilus cuttlefish mackerel herring sturgeon
        grayling salmon minnow perch halibut swordfish dragonfly damselfly ladybird grasshopper cricket firefly
        bumblebee honeybee lacewing mayfly butterfly
        anchor anvil astrolabe barometer beacon bellows bobbin bowline bowsprit capstan chisel compass crucible
        halyard hammock hourglass kiln keystone lantern lathe lattice lighthouse loom mainsail mallet mandolin
        metronome pendulum prism pulley quill rudder sextant spindle spinnaker stirrup sundial telescope thimble
        tiller topsail trellis trowel turnstile windlass windmill yardarm paddle gondola schooner sloop ketch clipper
        catamaran canoe kayak barge lifeboat
        adagio allegro andante arpeggio bassoon cadence cantata cello clarinet concerto cornet crescendo dulcimer
        etude fanfare flute harpsichord interlude madrigal minuet nocturne oboe octave overture piccolo prelude
        quartet rondo scherzo serenade sonata staccato tambourine timpani toccata tremolo trombone ukulele vibrato
        xylophone zither
        cobalt indigo magenta ochre sepia umber vermilion cerulean russet celadon cambric corduroy damask flannel
        gingham linen muslin organza taffeta tweed velvet twill poplin
        axiom cosine decagon ellipse fractal helix hexagon integer lemma octagon parabola polygon quotient radius
        rhombus secant tangent theorem trapezoid vertex spiral
        """.split(whereSeparator: \.isWhitespace).map(String.init)
}
