/** 658 short plain words, none a name of a person, for passwords that are read aloud. */
export const passwordWords: readonly string[] = `
acid acorn actor agile alarm album alder algae alley alloy almond alpine amber anchor angle ankle antler anvil
apple apron arbor arch arrow ash aspen atlas attic autumn axis azure badge bagel baker ballet bamboo banjo
barley barn basil basin basket bat bay beach bead beam bean bear beaver bee beech beet bell belt bench berry
birch bird bison blade blanket blaze bloom blue boat bolt bonnet book boot border bottle boulder bowl box
branch brass bread breeze brick bridge brook broom brush bucket buckle bud bugle bulb bundle bus bush butter
button cabin cable cactus cake camel camera camp canal candle canoe canyon cape carbon card cargo carpet
carrot cart castle cat cattle cave cedar celery cello chain chair chalk chapel chart cheese cherry chess chest
chick chime circle citrus city clam clay cliff clock cloth cloud clover coach coal coast coat cobalt cobra
cocoa coin comet compass copper coral cork corn cotton couch county cove crab cradle crane crater crayon cream
creek crest cricket crown crystal cube cup curtain cycle cypress daisy dale dam dance dawn deck deer delta den
desert desk dew dial diary dill diner dish dock dolphin dome donkey door dove dragon drawer dream drum duck
dune dusk dust eagle earth easel east echo eel egg elbow elder elm ember emerald engine equal evening fabric
falcon farm feast feather fence fern ferry fiber fiddle field fig finch fir fire fish flag flame flask fleet
flint float flock flour flower flute foam fog forest fork fossil fox frame frost fruit galaxy garden garlic
garnet gate gazelle geyser giant ginger glacier glade glass globe glove goat gold goose grain granite grape
grass gravel green grove guitar gull hamlet hammer harbor harp harvest hat hawk hazel heart hedge helmet herb
heron hill hinge hive hollow honey hood hook horn horse hotel house ice igloo inch ink inlet iris iron island
ivory ivy jacket jade jam jar jasmine jelly jewel jigsaw journal jug juice jungle juniper kayak kelp kettle
key kite kitten kiwi koala lace ladder lagoon lake lamb lamp lantern lark laurel lava lawn leaf ledge lemon
lens letter lilac lily lime linen lion lizard llama lobster locket log lotus lunch lynx magnet maize mango
mantle maple marble marsh mask meadow medal melody melon metal meteor mill mint mirror mist mitten model moon
moose morning mosaic moss moth motor mountain mouse museum music napkin nectar needle nest net nickel night
north notch novel nut nutmeg oak oasis oat ocean olive onion opal opera orange orbit orchard orchid osprey
otter oven owl oyster paddle page paint palace palm panda panel paper parade park parrot path peach peak pear
pearl pebble pecan pedal pelican pencil penguin pepper piano picnic pillow pilot pine pipe planet plate plaza
plum pocket poem polar pond pony poplar porch pottery prairie prism puffin pulley pumpkin puppet puzzle quail
quarry quartz quill quilt rabbit radar radio radish raft rail rain raisin ranch raven reed reef ribbon rice
ridge ring river road robin rocket roof rope rose ruby rudder rug saddle saffron sage sail salad salmon salt
sand sandal sapling satin saturn scarf school scooter scroll seal season seed shadow shark shed sheep shelf
shell ship shoe shore shovel silk silver sketch sky sled sleet slope snail snow soap socket sofa soil solar
song soup south spark sparrow spice spider spiral spoon spring spruce square squid stable staff stage stair
star statue steam steel stone stork storm stove straw stream street studio sugar summer summit sun sunset swan
sweater swing syrup table tailor talon target tea teapot temple tennis tent thicket thimble thistle thread
thunder ticket tidal tiger timber toast tomato topaz torch tower town trail train tray tree trout trumpet
tulip tunnel turnip turtle twig umbrella urchin valley vanilla vase velvet vessel village vine violet violin
volcano voyage wagon walnut walrus water wave wax whale wheat wheel whistle willow wind window winter wolf
wood wool wren yard yarn yellow yogurt zebra zenith zinc zipper
`
  .trim()
  .split(/\s+/)
